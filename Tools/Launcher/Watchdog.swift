import Synchronization

/// Measures how long nothing happened.
final class Watchdog: Sendable {
    private struct State {
        var lastReset = ContinuousClock.now
        var isPaused = false
    }

    private let state = Mutex(State())

    func reset() {
        state.withLock { $0.lastReset = .now }
    }

    /// From here on silence is allowed: somebody thinks.
    func pause() {
        state.withLock { $0.isPaused = true }
    }

    /// From here on something ought to happen.
    func resume() {
        state.withLock { $0 = State() }
    }

    /// Returns when there was no reset for so long, pauses apart.
    func wait(for silence: Duration) async throws {
        while true {
            let deadline = state.withLock { $0.isPaused ? .now : $0.lastReset } + silence
            if deadline <= .now { return }
            try await Task.sleep(until: deadline, clock: .continuous)
        }
    }
}
