import Foundation
import Tangle

/// Each exercise is one: its start compiles and fails its test, its solution passes it.
struct ExerciseCheck {
    let book: Book
    let folder: BookFolder

    func faults(of exercises: [Exercise]) async throws -> [Diagnostic] {
        if exercises.isEmpty { return [] }
        Output.announce("trying \(counted(exercises.count, "exercise"))")
        let package = NestedPackage("exercises", book: book, in: folder)
        var attempts = exercises.flatMap {
            [
                Attempt(exercise: $0, isSolution: false, target: $0.startTarget),
                Attempt(exercise: $0, isSolution: true, target: $0.solutionTarget),
            ]
        }
        var faults: [Diagnostic] = []
        try package.write(attempts.map(\.target))
        while !attempts.isEmpty, let output = try await package.build() {
            let errors = output.errors(in: folder.root)
            let broken = attempts.filter { attempt in errors.contains { attempt.contains($0) } }
            faults += errors
            if broken.isEmpty {
                if errors.isEmpty { faults.append(attempts[0].failedBuild(output)) }
                return faults
            }
            let brokenNames = Set(broken.map(\.target.name))
            attempts.removeAll { brokenNames.contains($0.target.name) }
            try package.write(attempts.map(\.target))
        }
        for attempt in attempts {
            faults += attempt.faults(in: try await package.test(attempt.target))
        }
        return faults
    }
}

/// An exercise's test on its start or on its solution.
private struct Attempt {
    let exercise: Exercise
    let isSolution: Bool
    let target: TestTarget

    private var block: Chapter.Block { isSolution ? exercise.solution : exercise.start }
    private var what: String {
        (isSolution ? "the solution" : "the start") + " of exercise \(exercise.number)"
    }

    func contains(_ error: Diagnostic) -> Bool {
        error.path == exercise.chapter.path && target.contains(line: error.position.line)
    }

    func failedBuild(_ output: CompilerOutput) -> Diagnostic {
        fault(block, "the exercises do not build; swift build says\(output.ending)")
    }

    func faults(in verdict: TestVerdict) -> [Diagnostic] {
        switch verdict {
        case .passed:
            isSolution
                ? []
                : [fault(block, "\(what) passes the test already; ask for more, or test more")]
        case .failed(let issues, _, _):
            isSolution
                ? issues.map {
                    Diagnostic(
                        path: $0.path, position: $0.position,
                        message: "\(what) fails here; mend the solution or the test"
                            + "\n    \($0.message)")
                }
                : []
        case .nothingRan:
            [fault(exercise.test, "this block holds no test; write one as @Test func …")]
        case .trapped(let words):
            [
                fault(
                    block,
                    "\(what) traps in the test instead of "
                        + (isSolution ? "passing it" : "failing it; let it give a wrong answer")
                        + "\n    \(words)")
            ]
        case .timedOut:
            [fault(block, "the test of \(what) did not end within 120 seconds; make it end")]
        }
    }

    private func fault(_ block: Chapter.Block, _ message: String) -> Diagnostic {
        Diagnostic(path: exercise.chapter.path, position: block.position, message: message)
    }
}
