import Foundation
import Subprocess

/// A program that is run to its end, with a limit on its time and on what it prints.
struct ChildProcess {
    var program: String
    var arguments: [String]
    var folder: URL
    var environment: Environment = .inherit
    var timeout: Duration = .seconds(1800)

    /// How it ended, and what it printed: all of standard output, then all of standard error.
    ///
    /// Into a pipe, a program writes the two in an order that no terminal shows: what it has
    /// printed waits in its buffer while an error overtakes it.
    struct Outcome {
        var ending: Ending
        var output: String

        var succeeded: Bool { ending == .exited(0) }
        var lines: [String] { output.cutIntoPrintedLines() }
    }

    enum Ending: Equatable {
        /// With the exit status as a shell gives it: a signal counts as 128 and its number.
        case exited(Int)
        case timedOut
        case printedTooMuch
    }

    private static let outputLimit = 16 << 20

    /// Runs it without a terminal and without input, in a session of its own: if it exceeds its
    /// limits, it is killed with all that it has started.
    func run() async throws -> Outcome {
        RunningChildren.shared.listen()
        var options = PlatformOptions()
        options.createSession = true
        let result = try await Subprocess.run(
            .name(program), arguments: Arguments(arguments), environment: environment,
            workingDirectory: .init(folder.path), platformOptions: options, input: .none,
            output: .sequence, error: .sequence
        ) { execution in
            RunningChildren.shared.began(execution.processIdentifier.value)
            defer { RunningChildren.shared.ended(execution.processIdentifier.value) }
            return try await withThrowingTaskGroup(of: Event.self) { group in
                group.addTask { try await Self.read(execution.standardOutput, isError: false) }
                group.addTask { try await Self.read(execution.standardError, isError: true) }
                group.addTask {
                    try? await Task.sleep(for: timeout)
                    return .timeIsUp
                }
                return try await Self.wait(for: &group) {
                    try? execution.send(signal: .kill, toProcessGroup: true)
                }
            }
        }
        let status =
            switch result.terminationStatus {
            case .exited(let code): Int(code)
            case .signaled(let signal): 128 + Int(signal)
            }
        let collected = result.closureResult
        return Outcome(
            ending: collected.fault ?? .exited(status),
            output: String(decoding: collected.output + collected.error, as: UTF8.self))
    }

    private enum Event {
        case ended([UInt8], isError: Bool)
        case overflowed
        case timeIsUp
    }

    private struct Collected {
        var output: [UInt8] = []
        var error: [UInt8] = []
        var fault: Ending?
    }

    private static func wait(
        for group: inout ThrowingTaskGroup<Event, any Error>, kill: () -> Void
    ) async throws -> Collected {
        var collected = Collected()
        var openStreams = 2
        while openStreams > 0, let event = try await group.next() {
            switch event {
            case .ended(let bytes, let isError):
                if isError { collected.error = bytes } else { collected.output = bytes }
                openStreams -= 1
            case .overflowed:
                collected.fault = .printedTooMuch
                openStreams -= 1
                kill()
            case .timeIsUp:
                collected.fault = .timedOut
                kill()
            }
        }
        group.cancelAll()
        return collected
    }

    private static func read(_ output: SubprocessOutputSequence, isError: Bool) async throws
        -> Event
    {
        var bytes: [UInt8] = []
        for try await buffer in output {
            unsafe buffer.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
            if bytes.count > outputLimit { return .overflowed }
        }
        return .ended(bytes, isError: isError)
    }
}

extension String {
    /// The lines of what a program printed; whether the last one is terminated makes no difference.
    func cutIntoPrintedLines() -> [String] {
        var lines = unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
            .map { String($0) }
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}
