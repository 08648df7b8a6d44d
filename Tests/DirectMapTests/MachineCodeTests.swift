#if arch(x86_64)
import Foundation
import Testing

// What the compiler makes of a pop and a push through the direct map. The program is the code of
// the chapters, optimised as one module, over a processor that is the host's own.

private let probe = """
    struct RawProcessor: Processor {
        var tableBase: FrameNumber { FrameNumber(0) }
        func load(from address: VirtualAddress) throws(Never) -> UInt64 {
            UnsafePointer<UInt64>(bitPattern: UInt(address.rawValue)).unsafelyUnwrapped.pointee
        }
        func store(_ value: UInt64, to address: VirtualAddress) throws(Never) {
            UnsafeMutablePointer<UInt64>(bitPattern: UInt(address.rawValue))
                .unsafelyUnwrapped.pointee = value
        }
        func invalidate(_ address: VirtualAddress) {}
        func setTableBase(_ frame: FrameNumber) {}
    }
    @inline(never) public func popProbe(_ stack: inout FrameStack) -> UInt64 {
        var memory = DirectMap(in: DirectMapRegion(entries: 256..<384), on: RawProcessor())
        guard let frame = stack.pop(through: &memory) else { return .max }
        return frame.relinquish().rawValue
    }
    @inline(never) public func pushProbe(_ stack: inout FrameStack, _ number: UInt64) {
        var memory = DirectMap(in: DirectMapRegion(entries: 256..<384), on: RawProcessor())
        stack.push(Frame(claiming: FrameNumber(number)), through: &memory)
    }
    """

/// The module blocks of a chapter; the modules become one, so imports are left out.
private func code(of chapter: String) throws -> String {
    let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(
        contentsOf: root.appendingPathComponent("Chapters/\(chapter).md"), encoding: .utf8)
    var isCode = false
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        if line.hasPrefix("```") {
            isCode = line == "```swift"
        } else if isCode && !line.hasPrefix("import ") {
            lines.append(line)
        }
    }
    return lines.joined(separator: "\n")
}

/// The instructions of a function in an assembly listing.
private func instructions(of function: String, in listing: String) -> [String] {
    var lines: [String] = []
    var isInside = false
    for line in listing.split(separator: "\n") {
        if line.contains("\(function.count)\(function)") && line.contains(":") { isInside = true }
        if isInside && line.hasPrefix("\t") && !line.hasPrefix("\t.") && !line.hasPrefix("\t#") {
            lines.append(line.trimmingCharacters(in: .whitespaces))
        }
        if line.contains(".cfi_endproc") { isInside = false }
    }
    return lines
}

/// How often instructions read and write memory: an operand in parentheses, the last one written.
private func accesses(_ instructions: [String]) -> (loads: Int, stores: Int) {
    var result = (loads: 0, stores: 0)
    for instruction in instructions where instruction.contains("(%") {
        if !instruction.hasPrefix("mov") {
            result.loads += 1
            result.stores += 1
        } else if instruction.hasSuffix(")") {
            result.stores += 1
        } else {
            result.loads += 1
        }
    }
    return result
}

@Test func aPopIsTwoLoadsAndAStoreAndTheCounter() throws {
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("free-frames-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let chapters = [
        "01-naive-stack", "02-paging", "03-temporary-mapping", "05-direct-map",
    ]
    var files: [String] = []
    for chapter in chapters {
        files.append(folder.appendingPathComponent("\(chapter).swift").path)
        try code(of: chapter).write(toFile: files.last!, atomically: true, encoding: .utf8)
    }
    files.append(folder.appendingPathComponent("probe.swift").path)
    try probe.write(toFile: files.last!, atomically: true, encoding: .utf8)
    let listing = folder.appendingPathComponent("listing.s").path
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments =
        [
            "swiftc", "-O", "-wmo", "-parse-as-library", "-package-name", "book",
            "-swift-version", "6", "-module-name", "Book", "-emit-assembly", "-o", listing,
        ] + files
    try compiler.run()
    compiler.waitUntilExit()
    #expect(compiler.terminationStatus == 0)
    let text = try String(contentsOfFile: listing, encoding: .utf8)

    // Two loads and a store for the stack; a load and a store for the counter.
    let pop = instructions(of: "popProbe", in: text)
    #expect(pop.count > 10)
    #expect(accesses(pop) == (loads: 3, stores: 2))
    #expect(!pop.contains { $0.hasPrefix("call") })
    // A load and two stores for the stack; a load and a store for the counter.
    let push = instructions(of: "pushProbe", in: text)
    #expect(push.count > 10)
    #expect(accesses(push) == (loads: 2, stores: 3))
    #expect(!push.contains { $0.hasPrefix("call") })
}
#endif
