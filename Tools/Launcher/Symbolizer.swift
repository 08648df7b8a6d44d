import Foundation
import Subprocess

/// Finds the lines of the book that an image's addresses come from, with the `llvm-symbolizer` of
/// the Swift toolchain.
actor Symbolizer {
    static let executable = "llvm-symbolizer"

    private let image: String
    /// The tool's path; looked for when it is first needed. nil if there is none.
    private lazy var tool = Task { await Self.toolPath() }
    /// Below it, paths are told as seen from it.
    private lazy var root = try? PackageRoot.find()

    init(image: String) { self.image = image }

    /// Beside the runtime that `swift` names: it may itself be a link, or a proxy.
    private static func toolPath() async -> String? {
        struct TargetInformation: Decodable {
            struct Paths: Decodable { let runtimeResourcePath: String }
            let paths: Paths
        }
        guard
            let printed = await output(of: .name("swift"), ["-print-target-info"]),
            let information = try? JSONDecoder().decode(TargetInformation.self, from: printed)
        else { return nil }
        let path = URL(filePath: information.paths.runtimeResourcePath)
            .appending(path: "../../bin/\(executable)").standardizedFileURL.path
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Where the instruction at an address comes from: `file:line in function`, and after it,
    /// if the compiler has put that function into another, the place in that one, and so on. If
    /// the instruction is the end of a check of Swift's, its name follows.
    ///
    /// - Returns: nothing if the image does not say.
    func places(of address: UInt64) async -> [String] {
        struct Answer: Decodable {
            struct Symbol: Decodable {
                let FileName: String
                let FunctionName: String
                let Line: Int
            }
            let Symbol: [Symbol]?
        }
        guard let tool = await tool.value,
            let printed = await Self.output(
                of: .path(.init(tool)),
                [
                    "--obj=\(image)", "--functions=short", "--inlines", "--output-style=JSON",
                    "0x\(String(address, radix: 16))",
                ]),
            let answers = try? JSONDecoder().decode([Answer].self, from: printed)
        else { return [] }
        var places: [String] = []
        var reason = ""
        for symbol in answers.first?.Symbol ?? [] {
            // How the compiler marks the end of a check; the next place is that of the check.
            if symbol.FunctionName.hasPrefix(Self.failureMark) {
                reason = ": \(symbol.FunctionName.dropFirst(Self.failureMark.count))"
            }
            if symbol.Line == 0 || symbol.FileName.isEmpty { continue }
            let name = symbol.FunctionName.isEmpty ? "" : " in \(symbol.FunctionName)"
            places.append("\(shortened(symbol.FileName)):\(symbol.Line)\(name)\(reason)")
            reason = ""
        }
        return places
    }

    private static let failureMark = "Swift runtime failure: "

    private func shortened(_ path: String) -> String {
        guard let prefix = root.map({ $0.path + "/" }), path.hasPrefix(prefix) else { return path }
        return String(path.dropFirst(prefix.count))
    }

    private static func output(of tool: Executable, _ arguments: [String]) async -> Data? {
        let run = try? await Subprocess.run(
            tool, arguments: Arguments(arguments), input: .none,
            output: .data(limit: 1 << 20), error: .discarded)
        guard let run, run.terminationStatus.isSuccess else { return nil }
        return run.standardOutput
    }
}
