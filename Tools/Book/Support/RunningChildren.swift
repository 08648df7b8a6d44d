import Foundation
import Interruption
import Synchronization

/// Takes the running children along when the reader stops a command: they have sessions of their
/// own, so that a terminal's Ctrl-C does not reach them.
final class RunningChildren: Sendable {
    static let shared = RunningChildren()

    private let running = Mutex<Set<pid_t>>([])
    private let interruption = Mutex<Interruption?>(nil)

    /// Begins to listen, which must be done before the first child runs.
    func listen() {
        interruption.withLock {
            if $0 == nil { $0 = Interruption { RunningChildren.shared.end(by: $0) } }
        }
    }

    func began(_ process: pid_t) { running.withLock { _ = $0.insert(process) } }
    func ended(_ process: pid_t) { running.withLock { _ = $0.remove(process) } }

    /// Ends within the lock: whoever waits for a child must not overtake us with its status.
    private func end(by signal: Int32) {
        running.withLock { processes in
            for process in processes { kill(-process, SIGKILL) }
            exit(128 + signal)
        }
    }
}
