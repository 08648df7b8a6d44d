import Foundation

/// What the compiler makes of some chapters: their code, optimised as one module together with a
/// probe that uses it.
public struct MachineCode {
    private let listing: String

    /// Compiles for the host, without the tests' own debug build.
    ///
    /// - Parameters:
    ///   - chapters: the names of their files, without `.md`.
    ///   - probe: Swift whose functions will be looked at. It can use what is `package`.
    public init(of chapters: [String], probe: String) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("free-frames-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var files: [String] = []
        func add(_ name: String, _ code: String) throws {
            let file = folder.appendingPathComponent("\(name).swift")
            try code.write(to: file, atomically: true, encoding: .utf8)
            files.append(file.path)
        }
        for chapter in chapters { try add(chapter, Self.code(of: chapter)) }
        try add("probe", probe)
        let result = folder.appendingPathComponent("listing.s").path
        let compiler = Process()
        compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        compiler.arguments =
            [
                "swiftc", "-O", "-wmo", "-parse-as-library", "-package-name", "book",
                "-swift-version", "6", "-module-name", "Book", "-emit-assembly", "-o", result,
            ] + files
        try compiler.run()
        compiler.waitUntilExit()
        listing = try String(contentsOfFile: result, encoding: .utf8)
    }

    /// The module blocks of a chapter. The modules become one, so what imports them is left out.
    private static func code(of chapter: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(
            contentsOf: root.appendingPathComponent("Chapters/\(chapter).md"), encoding: .utf8)
        // The module's own lines under "", and those of each chunk under its name.
        var blocks: [String: [String]] = [:]
        var current: String?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                let chunk = line.wholeMatch(of: /```swift chunk="([^"]+)".*/)?.1
                current = chunk.map(String.init) ?? (line == "```swift" ? "" : nil)
            } else if let current,
                !line.hasPrefix("import ") || line == "import Synchronization"
            {
                blocks[current, default: []].append(line)
            }
        }
        func spliced(_ block: String) -> [String] {
            blocks[block, default: []].flatMap { line in
                line.wholeMatch(of: /\s*\/\/ <<([^>]+)>>/).map { spliced(String($0.1)) } ?? [line]
            }
        }
        return spliced("").joined(separator: "\n")
    }

    /// The instructions of a function of the probe, in AT&T's syntax on x86-64.
    public func instructions(of function: String) -> [String] {
        var lines: [String] = []
        var isInside = false
        for line in listing.split(separator: "\n") {
            if line.contains("\(function.count)\(function)") && line.contains(":") {
                isInside = true
            }
            if isInside && line.hasPrefix("\t") && !line.hasPrefix("\t.")
                && !line.hasPrefix("\t#")
            {
                lines.append(line.trimmingCharacters(in: .whitespaces))
            }
            if line.contains(".cfi_endproc") { isInside = false }
        }
        return lines
    }
}
