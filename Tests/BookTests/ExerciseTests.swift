import Testing

extension BookTests {
    @Suite struct Exercises {
        private func exercise(_ number: Int, start: String, test: String, solution: String)
            -> String
        {
            """
            ## Exercise \(number)

            Make it right.

            ```swift exercise=\(number)
            \(start)
            ```

            ```swift exercise=\(number) test
            import Testing
            @testable import Sample
            \(test)
            ```

            ```swift solution=\(number)
            \(solution)
            ```

            """
        }

        private let test = "@Test func itIsRight() { #expect(answer() == right) }"

        private func book(_ exercises: [String]) throws -> ThrowAwayBook {
            let book = try ThrowAwayBook(
                sample: "```swift\nlet right = 42\n```\n\n" + exercises.joined(separator: "\n"))
            try book.write("Sources/Sample/Sample.swift", "// The module of the chapter.\n")
            return book
        }

        @Test func eachFaultIsFound() async throws {
            let right = "func answer() -> Int { 42 }"
            let wrong = "func answer() -> Int { 41 }"
            let book = try book([
                exercise(1, start: wrong, test: test, solution: right),
                exercise(2, start: right, test: test, solution: right),
                exercise(
                    3, start: "func answer() -> Int { fatalError(\"no answer\") }", test: test,
                    solution: right),
                exercise(4, start: wrong, test: "", solution: right),
                exercise(5, start: "func answer() -> Int { \"\" }", test: test, solution: right),
                exercise(6, start: wrong, test: test, solution: wrong),
            ])
            let lines = book.read("Chapters/01-sample.md").split(
                separator: "\n", omittingEmptySubsequences: false)
            let line = { (text: String) in (lines.firstIndex { $0 == text } ?? -1) + 1 }
            let run = try await book.run("check", "--prebuilt")
            let expected = [
                "\(line("```swift exercise=2")):1: error: the start of exercise 2 passes the test",
                "\(line("```swift exercise=3")):1: error: the start of exercise 3 traps in the test",
                "\(line("```swift exercise=4 test")):1: error: this block holds no test",
                "\(line("```swift exercise=5") + 1):24: error: cannot convert return expression",
                "\(line("```swift exercise=6 test") + 3):26: error: the solution of exercise 6 fails",
            ]
            #expect(run.faults.count == expected.count, "\(run.error)")
            for (fault, expected) in zip(run.faults, expected) {
                #expect(fault.hasPrefix("Chapters/01-sample.md:\(expected)"))
            }
            #expect(run.error.contains("Fatal error: no answer"))
        }

        @Test func aReaderGoesThroughAnExercise() async throws {
            let book = try book([
                exercise(
                    1, start: "func answer() -> Int { 41 }", test: test,
                    solution: "func answer() -> Int { 42 }")
            ])
            let name = "sample.1"
            let path = "Exercises/sample-1.swift"

            let first = try await book.run("exercise", name)
            #expect(first.succeeded)
            #expect(first.output.hasPrefix("Exercise 1\n\nMake it right.\n\n"))
            #expect(first.output.contains(path))
            #expect(first.output.hasSuffix("swift run book exercise sample.1\n"))
            #expect(book.read(path) == "func answer() -> Int { 41 }\n")

            let failed = try await book.run("exercise", "01.1", from: "Chapters")
            #expect(failed.status == .exited(1))
            #expect(failed.output.contains("Chapters/01-sample.md:18:26: Expectation failed"))
            #expect(failed.output.contains("1 of 1 test failed"))

            try book.write(path, "\n\nfunc answer() -> Int { \"\" }\n")
            let refused = try await book.run("exercise", name)
            #expect(refused.status == .exited(1))
            #expect(refused.output.hasPrefix("\(path):3:24: error: cannot convert return"))

            try book.write(path, "func answer() -> Int { fatalError(\"not yet\") }\n")
            let trapped = try await book.run("exercise", name)
            #expect(trapped.status == .exited(1))
            #expect(trapped.output.contains("the program trapped"))
            #expect(trapped.output.contains("\(path):1: Fatal error: not yet"))

            let mine = "func answer() -> Int { 6 * 7 }  // mine\n"
            try book.write(path, mine)
            let passed = try await book.run("exercise", name)
            #expect(passed.succeeded, "\(passed.output)")
            #expect(passed.output.hasPrefix("sample.1: 1 test passed."))
            #expect(book.read(path) == mine)

            let solution = try await book.run("exercise", name, "--solution")
            #expect(solution.succeeded)
            #expect(solution.output.contains("Chapters/01-sample.md, line 21."))
            #expect(book.read(path) == mine)

            let unknown = try await book.run("exercise", "sample.7")
            #expect(unknown.status == .exited(1))
            #expect(unknown.error == "Error: no exercise 'sample.7'; there is 'sample.1'\n")
        }
    }
}
