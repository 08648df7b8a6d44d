import ArgumentParser
import Foundation
import Tangle

/// `book exercise`: gives an exercise to the reader and judges the reader's answer.
struct ExerciseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exercise",
        abstract: "Begin an exercise, or test your answer to it.",
        discussion: """
            The first time, the start is written to a file of yours in Exercises/. Edit it and run \
            the same command again: it tests your answer, and ends with exit status 1 as long as \
            the test fails. What stands in your file is never overwritten; to begin anew, delete it.
            """)

    @Argument(help: "The exercise: chapter and number, such as naive-stack.1.")
    var exercise: String

    @Flag(help: "Test the book's answer instead, and say where it stands.")
    var solution = false

    func run() async throws {
        let folder = try BookFolder()
        let (book, faults) = Book.read(root: folder.root)
        guard let exercise = try find(in: book, faults: faults) else {
            Output.complain(Diagnostics(faults).description)
            throw ExitCode.failure
        }
        let package = NestedPackage("exercise", book: book, in: folder)
        if solution {
            let passes = try await test(exercise.solutionTarget, in: package)
            Output.print(
                "The book's answer stands in \(exercise.chapter.path), "
                    + "line \(exercise.solution.position.line).")
            if !passes { throw ExitCode.failure }
            return
        }
        let file = folder.root.appendingPathComponent(exercise.path)
        guard FileManager.default.fileExists(atPath: file.path) else {
            return try begin(exercise, in: file)
        }
        guard let text = file.text else {
            throw Failure("\(exercise.path) cannot be read; it should be a file of Swift in UTF-8")
        }
        if try await test(exercise.readerTarget(text), in: package) {
            Output.print("To see the book's answer: swift run book exercise \(name) --solution")
        } else {
            Output.print("Edit \(exercise.path) and run this again.")
            throw ExitCode.failure
        }
    }

    private var name: String { exercise }

    /// - Returns: nil if the exercise may stand in a chapter that has faults.
    private func find(in book: Book, faults: [Diagnostic]) throws -> Exercise? {
        let all = book.chapters.flatMap { Exercise.all(in: $0) }
        if let point = name.lastIndex(of: "."), let number = Int(name[name.index(after: point)...])
        {
            let chapter = book.chapter(named: String(name[..<point]))
            let found = all.first {
                $0.chapter.name == chapter?.name && $0.number == number
            }
            if let found { return found }
        }
        if !faults.isEmpty { return nil }
        throw Failure(
            "no exercise '\(name)'; "
                + (all.isEmpty ? "the book has none yet" : "there is \(all.map(\.name).quotedList)")
        )
    }

    private func begin(_ exercise: Exercise, in file: URL) throws {
        let start = exercise.start.lines.joined(separator: "\n")
        try file.writeIfChanged(start + "\n")
        let task = exercise.task
        Output.print(
            """
            \(exercise.title)
            \(task.isEmpty ? "" : "\n\(task)\n")
            The start is in \(exercise.path), the test in \(exercise.chapter.path), \
            line \(exercise.test.position.line).
            Edit the file; to test your answer: swift run book exercise \(exercise.name)
            """)
    }

    /// Prints the verdict in a few lines.
    private func test(_ target: TestTarget, in package: NestedPackage) async throws -> Bool {
        try package.write([target])
        Output.announce("building the exercise")
        if let output = try await package.build() {
            let errors = output.errors(in: package.bookFolder.root)
            Output.print(
                errors.isEmpty
                    ? "The exercise does not build:\(output.ending)"
                    : Diagnostics(errors).description)
            return false
        }
        switch try await package.test(target) {
        case .passed(let tests):
            Output.print("\(name): \(counted(tests, "test")) passed.")
            return true
        case .failed(let issues, let failed, let tests):
            for issue in issues {
                Output.print(
                    "\(issue.path):\(issue.position.line):\(issue.position.column): "
                        + issue.message)
            }
            Output.print("\(name): \(failed) of \(counted(tests, "test")) failed.")
        case .nothingRan: Output.print("\(name): no test ran.")
        case .trapped(let words): Output.print("\(name): the program trapped.\n    \(words)")
        case .timedOut: Output.print("\(name): the test did not end within 120 seconds.")
        }
        return false
    }
}
