import Dispatch
import Foundation
import Synchronization

/// Listens to the signals that ask a program to end: SIGINT, SIGTERM and SIGHUP.
public final class Interruption: Sendable {
    private final class Received: Sendable {
        let number = Mutex<Int32?>(nil)
    }

    private let received = Received()
    private let sources = Mutex<[any DispatchSourceSignal]>([])

    /// Listens from the moment that this returns. A signal that comes before ends the program, as
    /// if nobody had asked; none is lost.
    ///
    /// - Parameter handler: is called with the number of each signal that comes, on some thread.
    public init(_ handler: @escaping @Sendable (Int32) -> Void) {
        let numbers = [SIGINT, SIGTERM, SIGHUP]
        let registered = DispatchSemaphore(value: 0)
        for number in numbers {
            sources.withLock { [received] sources in
                let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
                source.setEventHandler {
                    received.number.withLock { $0 = number }
                    handler(number)
                }
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

    /// The signal that came last, or nil.
    public var signalNumber: Int32? { received.number.withLock { $0 } }

    /// Listens no longer; what comes afterwards may be lost.
    public func stop() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
            sources.removeAll()
        }
    }
}
