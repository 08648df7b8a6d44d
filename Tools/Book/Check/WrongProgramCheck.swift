import Foundation
import Tangle

/// A `swift wrong` block is refused by the compiler, in exactly the words that its comments expect.
struct WrongProgramCheck {
    let book: BookFolder
    let build: BuildFolder

    static func hasExpectation(_ block: Chapter.Block) -> Bool {
        block.lines.contains { $0.contains("expected-error") }
    }

    static func missingExpectation(_ block: Chapter.Block, in chapter: Chapter) -> Diagnostic? {
        if hasExpectation(block) { return nil }
        return Diagnostic(
            path: chapter.path, position: block.position,
            message: "a wrong program says how it is refused; add what the compiler says as "
                + "// expected-error {{…}}")
    }

    /// The SIL stage must run: only it sees that a value is used after it was consumed.
    func faults(of block: Chapter.Block, in chapter: Chapter) async throws -> [Diagnostic] {
        let tangled = chapter.tangled([block])
        let file = book.workFolder.appendingPathComponent(
            "wrong/\(chapter.name.stem)-\(block.position.line).swift")
        try file.writeIfChanged(Self.source(tangled))
        let compiler = ChildProcess(
            program: "swiftc",
            arguments: [
                "-swift-version", "6", "-emit-sil", "-Xfrontend", "-verify", file.path,
                "-I", build.modules.path, "-o", "/dev/null",
            ], folder: book.root)
        let outcome = try await compiler.run()
        if outcome.succeeded { return [] }
        let output = CompilerOutput(text: outcome.output)
        let faults = output.messages.filter { $0.path == file.path && $0.kind == "error" }.map {
            let line = tangled.lines[$0.position.line - 1].origin ?? block.position.line
            return Diagnostic(
                path: chapter.path, position: Position(line: line, column: $0.position.column),
                message: Self.remedy(for: $0.text))
        }
        if !faults.isEmpty { return faults }
        return [
            Diagnostic(
                path: chapter.path, position: block.position,
                message: "the compiler stops at this program; it says\(output.ending)")
        ]
    }

    /// The program without line directives: the verifier counts the file's own lines.
    private static func source(_ file: TangledFile) -> String {
        file.lines.map { $0.origin == nil ? "\n" : $0.text + "\n" }.joined()
    }

    private static func remedy(for message: String) -> String {
        if let match = message.wholeMatch(of: /unexpected (error|warning|note) produced: (.*)/) {
            return "the compiler says more than the program expects; add "
                + "// expected-\(match.1) {{\(match.2)}}"
        }
        if let match = message.wholeMatch(of: /expected (error|warning|note) not produced/) {
            return "the compiler does not give this \(match.1); take the expectation away, "
                + "or mend the program"
        }
        if message == "incorrect message found" {
            return "the compiler says this in other words; write its own"
        }
        return message
    }
}
