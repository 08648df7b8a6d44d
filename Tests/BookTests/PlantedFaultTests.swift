import Foundation
import Testing

extension BookTests {
    /// Faults planted in chapter 1 of a copy of this book: every tool must name the chapter's line.
    @Suite(.serialized) struct PlantedFaults {
        @Test func everyToolNamesTheChaptersLine() async throws {
            let copy = try BookCopy()
            let path = "Chapters/01-naive-stack.md"

            try copy.plant(
                "public func planted(_ number: Int) -> Int {\n    number + 2\n}",
                atStartOf: "```swift")
            try copy.plant("let plantedIndex = 1", atEndOf: "```swift example")
            try copy.plantInEntryPoint("_ = Array<Int>()[plantedIndex]")
            try copy.plant(
                "@Test func planted() {\n    #expect(1 + 1 == 3)\n}", atEndOf: "```swift test")

            let test = try await copy.swift(
                "test", "--enable-code-coverage", "--disable-xctest", "--filter", "planted")
            #expect(!test.succeeded)
            #expect(
                test.text.contains(
                    "recorded an issue at "
                        + "01-naive-stack.md:\(try copy.line(of: "    #expect(1 + 1 == 3)")):5: "
                        + "Expectation failed"),
                "\(test.text)")

            let program = try await copy.swift("run", "--skip-build", "naive-stack")
            #expect(!program.succeeded)
            #expect(program.text.contains("Fatal error: Index out of range"), "\(program.text)")
            let trap = try copy.line(of: "_ = Array<Int>()[plantedIndex]")
            #expect(program.text.contains(" at \(path):\(trap):"), "\(program.text)")

            // SwiftPM reports coverage only where every test passes.
            _ = try await copy.swift(
                "test", "--skip-build", "--enable-code-coverage", "--disable-xctest",
                "--skip", "planted")
            let coverage = try await copy.coverage()
            let uncovered = try copy.line(of: "    number + 2")
            #expect(coverage.lines.contains("\(path):\(uncovered): not covered"), "\(coverage)")

            let wrong = "let plantedFault: Int = \"\""
            try copy.plant(wrong, atStartOf: "```swift test")
            let build = try await copy.swift("build", "--build-tests", "--enable-code-coverage")
            #expect(!build.succeeded)
            #expect(
                build.text.contains(
                    "\(path):\(try copy.line(of: wrong)):25: error: cannot convert value"),
                "\(build.text)")
        }
    }
}

/// A copy of this book, reduced to chapter 1 and what tangles it, in a temporary folder with a
/// scratch path of its own.
private struct BookCopy {
    private let book: ThrowAwayBook
    private let chapterPath = "Chapters/01-naive-stack.md"

    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    init() throws {
        book = try ThrowAwayBook()
        for name in ["Chapters", "Sources", "Tests", "Tools", "Package.resolved"] {
            let original = Self.root.appendingPathComponent(name)
            guard FileManager.default.fileExists(atPath: original.path) else { continue }
            try FileManager.default.copyItem(
                at: original, to: book.root.appendingPathComponent(name))
        }
        let manifest = try String(
            contentsOf: Self.root.appendingPathComponent("Package.swift"), encoding: .utf8)
        try book.write("Package.swift", manifest + Self.reduction)
        let tests = book.root.appendingPathComponent("Tests/NaiveStackTests")
        try FileManager.default.removeItem(at: tests)
        try book.write("Tests/NaiveStackTests/Tests.swift", "// Only the chapter's own tests.\n")
    }

    /// Only what chapter 1 needs is built.
    private static let reduction = """

        let kept: Set = [
            "NaiveStack", "NaiveStackExample", "NaiveStackTests", "ExampleSupport", "TestSupport",
            "SeededRandom", "CMark", "Tangle", "TangleTool", "TanglePlugin",
        ]
        package.targets.removeAll { !kept.contains($0.name) }
        package.products.removeAll { !["NaiveStack", "naive-stack"].contains($0.name) }

        """

    private var lines: [String] {
        book.read(chapterPath).split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0) }
    }

    /// - Returns: the number of the only line that holds just this.
    func line(of text: String) throws -> Int {
        let found = lines.indices.filter { lines[$0] == text }
        try #require(found.count == 1)
        return found[0] + 1
    }

    /// Puts code at the beginning of the first block with an info line.
    func plant(_ code: String, atStartOf fence: String) throws {
        let start = try #require(lines.firstIndex(of: fence))
        try insert(code, at: start + 1)
    }

    /// Puts code at the end of the first block with an info line, behind its imports.
    func plant(_ code: String, atEndOf fence: String) throws {
        let start = try #require(lines.firstIndex(of: fence))
        let end = try #require(lines[(start + 1)...].firstIndex(of: "```"))
        try insert(code, at: end)
    }

    /// Puts a statement at the beginning of the program's `run` or `main`.
    func plantInEntryPoint(_ statement: String) throws {
        let start = try #require(lines.firstIndex(of: "```swift example"))
        let entry = try #require(
            lines[start...].firstIndex {
                $0.contains(" func run() ") || $0.contains(" func main() ")
            })
        try insert(statement, at: entry + 1)
    }

    private func insert(_ code: String, at index: Int) throws {
        var lines = lines
        lines.insert(contentsOf: code.split(separator: "\n").map { String($0) }, at: index)
        try book.write(chapterPath, lines.joined(separator: "\n"))
    }

    struct Outcome {
        var succeeded: Bool
        var text: String
    }

    func swift(_ command: String, _ arguments: String...) async throws -> Outcome {
        // An edit in the very moment in which a build begins may be overlooked.
        try await Task.sleep(for: .milliseconds(500))
        let scratch = book.root.appendingPathComponent("scratch").path
        let run = try await Run(
            .name("swift"), [command, "--scratch-path", scratch] + arguments, in: book.root,
            environment: ["SWIFT_BACKTRACE": "enable=yes,color=no,interactive=no"])
        return Outcome(succeeded: run.succeeded, text: run.output + run.error)
    }

    /// `book coverage` on what the copy's tests have measured.
    func coverage() async throws -> Run {
        let shown = try await swift("test", "--show-codecov-path")
        let path = try #require(shown.text.split(separator: "\n").last { $0.hasSuffix(".json") })
        return try await book.run("coverage", "--json", String(path))
    }
}
