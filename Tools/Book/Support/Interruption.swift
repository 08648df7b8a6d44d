import Dispatch
import Foundation
import Synchronization

/// Takes the running children along when the reader stops a command: they have sessions of their
/// own, so that a terminal's Ctrl-C does not reach them.
final class Interruption: Sendable {
    static let shared = Interruption()

    private let running = Mutex<Set<pid_t>>([])
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    private init() {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number, SIG_IGN)
            sources.withLock { sources in
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { Interruption.shared.end(by: number) }
                source.resume()
                sources.append(source)
            }
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
