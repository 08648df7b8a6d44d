import Foundation
import Subprocess

/// A small book in a temporary folder, which goes with the value.
final class ThrowAwayBook {
    let root: URL

    init() throws {
        root = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
            .appendingPathComponent("book-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    /// A book of one chapter, `Chapters/01-sample.md`, whose first lines are its title and a blank.
    convenience init(sample text: String) throws {
        try self.init()
        try write("Chapters/01-sample.md", "# Sample\n\n" + text)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    func write(_ path: String, _ text: String) throws {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    func read(_ path: String) -> String {
        let data = FileManager.default.contents(atPath: root.appendingPathComponent(path).path)
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    func run(_ arguments: String..., from folder: String = "") async throws -> Run {
        try await Run(
            .path(.init(BuiltProducts.book.path)), arguments,
            in: root.appendingPathComponent(folder))
    }
}

/// A command that has been run to its end.
struct Run {
    var status: TerminationStatus
    var output: String
    var error: String

    var succeeded: Bool { status.isSuccess }
    var lines: [String] { output.split(separator: "\n").map { String($0) } }
    /// The faults that were reported, without the lines that explain them.
    var faults: [String] {
        error.split(separator: "\n").map { String($0) }
            .filter { !$0.hasPrefix(" ") && $0.contains(": error: ") }
    }

    init(
        _ executable: Executable, _ arguments: [String], in folder: URL,
        environment: [Environment.Key: String?] = [:]
    ) async throws {
        let result = try await Subprocess.run(
            executable, arguments: Arguments(arguments),
            environment: .inherit.updating(environment), workingDirectory: .init(folder.path),
            output: .string(limit: 16 << 20), error: .string(limit: 16 << 20))
        status = result.terminationStatus
        output = result.standardOutput
        error = result.standardError
    }
}

/// What the build that built these tests has put beside them.
enum BuiltProducts {
    static let folder: URL = {
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
        guard let bundle else { return Bundle.main.bundleURL.resolvingSymlinksInPath() }
        return bundle.bundleURL.deletingLastPathComponent().resolvingSymlinksInPath()
    }()

    static var book: URL { folder.appendingPathComponent("book") }
}
