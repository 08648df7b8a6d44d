import Foundation
import Subprocess
import Testing

extension BookTests {
    @Suite struct TangleCommand {
        private func book() throws -> ThrowAwayBook {
            try ThrowAwayBook(
                sample: "```swift\nlet one = 1\n```\n\n```swift example\nprint(one)\n```\n")
        }

        @Test(arguments: ["sample", "01", "01-sample"])
        func aChapterHasThreeNames(name: String) async throws {
            let run = try await book().run("tangle", name)
            #expect(
                run.output == """
                    #sourceLocation(file: "Chapters/01-sample.md", line: 2)


                    let one = 1

                    """)
        }

        @Test func theDestinationCanBeChosen() async throws {
            let run = try await book().run("tangle", "sample", "--destination", "example")
            #expect(run.lines.last == "print(one)")
            let nothing = try await book().run("tangle", "sample", "--destination", "test")
            #expect(nothing.succeeded && nothing.output.isEmpty)
        }

        @Test func mistakesAreOneLine() async throws {
            let unknown = try await book().run("tangle", "other")
            #expect(unknown.error == "Error: no chapter 'other'; there is 'sample'\n")
            let book = try ThrowAwayBook(sample: "```swift nonsense\n```\n")
            let faulty = try await book.run("tangle", "sample")
            #expect(faulty.status == .exited(1))
            #expect(faulty.error.hasPrefix("Chapters/01-sample.md:3:1: error: 'nonsense'"))
        }

        @Test func aChangeIsPrintedAgain() async throws {
            let book = try book()
            let result = try await Subprocess.run(
                .path(.init(BuiltProducts.book.path)), arguments: ["tangle", "sample", "--watch"],
                workingDirectory: .init(book.root.path), input: .none, output: .sequence,
                error: .discarded
            ) { execution in
                for try await line in execution.standardOutput.strings() {
                    if line.contains("let one") {
                        try await Task.sleep(for: .milliseconds(20))
                        try book.write(
                            "Chapters/01-sample.md", "# Sample\n```swift\nlet two = 2\n```\n")
                    }
                    if line.contains("let two") {
                        try execution.send(signal: .terminate)
                        return true
                    }
                }
                return false
            }
            #expect(result.closureResult)
        }
    }
}
