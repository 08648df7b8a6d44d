import Foundation

/// Something that is measured once in each round.
public struct Trial {
    /// What is seen while it runs.
    public var label: String
    /// In how many rounds it runs at most.
    public var rounds: Int
    /// Measures, and adds what it found.
    public var run: (inout Results) throws -> Void

    public init(
        _ label: String, rounds: Int = .max, run: @escaping (inout Results) throws -> Void
    ) {
        self.label = label
        self.rounds = rounds
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
        for trial in trials where round < trial.rounds {
            progress.show("round \(round + 1) of \(rounds): \(trial.label)")
            try trial.run(&results)
        }
    }
    return results
}

/// The time for which this thread has run since the watch was made. While another program has its
/// turn it does not go on.
public struct Stopwatch {
    private let start = Self.now

    public init() {}

    public var nanoseconds: Double { Double(Self.now - start) }

    private static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
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
