import Foundation

/// Something that is measured once in each round.
public struct Trial {
    /// What is seen while it runs.
    public var label: String
    /// Measures, and adds what it found.
    public var run: (inout Results) throws -> Void

    public init(_ label: String, run: @escaping (inout Results) throws -> Void) {
        self.label = label
        self.run = run
    }
}

/// Runs trials in rounds: each once, then each once again. What disturbs the machine for a while
/// then disturbs all of them, and not the one whose turn it was.
public func measure(_ trials: [Trial], rounds: Int) throws -> Results {
    var results = Results()
    let progress = ProgressLine()
    defer { progress.clear() }
    for round in 0..<rounds {
        for trial in trials {
            progress.show("round \(round + 1) of \(rounds): \(trial.label)")
            try trial.run(&results)
        }
    }
    return results
}

/// The time since it was made.
public struct Stopwatch {
    private let start = ContinuousClock.now

    public init() {}

    public var nanoseconds: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    }
}

/// A line on the terminal that is written over and over. Without a terminal there is none.
public struct ProgressLine {
    private let isOnTerminal = isatty(STDERR_FILENO) == 1

    public init() {}

    public func show(_ text: String) { write("\r\u{1B}[K\(text)") }

    public func clear() { write("\r\u{1B}[K") }

    private func write(_ text: String) {
        if isOnTerminal { FileHandle.standardError.write(Data(text.utf8)) }
    }
}
