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
        let registered = DispatchSemaphore(value: 0)
        let numbers = [SIGINT, SIGTERM, SIGHUP]
        for number in numbers {
            sources.withLock { sources in
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler { Interruption.shared.end(by: number) }
                source.setRegistrationHandler { registered.signal() }
                source.resume()
                sources.append(source)
            }
        }
        // Only now: a signal that is ignored before anybody listens is lost.
        for _ in numbers { registered.wait() }
        #if canImport(Darwin)
        // There a source sees a signal only if it does not end the process first. Elsewhere the
        // source has put a handler of its own in place, which must stay.
        for number in numbers { signal(number, SIG_IGN) }
        #endif
    }

    /// Begins to listen, which must be done before the first child runs.
    func listen() {}

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
