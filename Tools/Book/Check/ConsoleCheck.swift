import Foundation
import Subprocess
import Tangle

/// Runs what `console` blocks show and compares what it prints.
struct ConsoleCheck {
    let book: BookFolder
    let shim: SwiftShim
    /// How many seconds a command may take.
    let timeout: Int

    /// Runs the commands in order; they share nothing but the book's folder.
    func faults(of commands: [ConsoleCommand], in chapter: Chapter) async throws -> [Diagnostic] {
        var faults: [Diagnostic] = []
        for command in commands {
            Output.announce("\(chapter.path):\(command.position.line): $ \(command.text)")
            if let fault = try await fault(of: command, in: chapter) { faults.append(fault) }
        }
        return faults
    }

    private func fault(of command: ConsoleCommand, in chapter: Chapter) async throws
        -> Diagnostic?
    {
        let process = ChildProcess(
            program: "sh", arguments: ["-c", command.text], folder: book.root,
            environment: environment, timeout: .seconds(timeout))
        let outcome = try await process.run()
        let fault = { (position: Position, message: String) in
            Diagnostic(path: chapter.path, position: position, message: message)
        }
        switch outcome.ending {
        case .timedOut:
            return fault(
                command.position,
                "the command did not end within \(timeout) seconds; make it end, "
                    + "or allow more with --timeout")
        case .printedTooMuch:
            return fault(command.position, "the command prints without end; make it stop")
        case .exited(let status):
            if let difference = OutputComparison.firstDifference(
                of: command, from: outcome.lines)
            {
                let isExpected = status == command.exitStatus
                return fault(
                    difference.position ?? command.position,
                    difference.message + (isExpected ? "" : "\n    exit status: \(status)"))
            }
            if status == command.exitStatus { return nil }
            return fault(command.position, message(exitStatus: status, of: command))
        }
    }

    private func message(exitStatus: Int, of command: ConsoleCommand) -> String {
        exitStatus == 0
            ? "the command succeeds; take [exit status \(command.exitStatus)] away"
            : "the command ends with exit status \(exitStatus); mend it, or show it: end the "
                + "command's output with a line [exit status \(exitStatus)]"
    }

    /// The same for everyone: no locale, no colour, no backtraces, eighty columns.
    private var environment: Environment {
        var values: [Environment.Key: String] = [
            "PATH": shim.path, "LC_ALL": "C", "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1",
            "COLUMNS": "80", "SWIFT_BACKTRACE": "enable=no",
        ]
        let kept = [
            "HOME", "USER", "TMPDIR", "LD_LIBRARY_PATH", "DEVELOPER_DIR", "SDKROOT", "TOOLCHAINS",
        ]
        for name in kept {
            guard let key = Environment.Key(rawValue: name) else { continue }
            values[key] = ProcessInfo.processInfo.environment[name]
        }
        return .custom(values)
    }
}
