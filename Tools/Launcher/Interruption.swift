import Dispatch
import Foundation
import Synchronization

/// Turns the signals that ask a program to end into the cancellation of its work.
final class Interruption {
    private final class Received: Sendable {
        let signalNumber = Mutex<Int32?>(nil)
    }

    private let received = Received()
    private var sources: [any DispatchSourceSignal] = []

    init(cancelling task: Task<Void, any Error>) {
        for number in [SIGINT, SIGTERM, SIGHUP] {
            // A dispatch source sees a signal only if it does not end the process first.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { [received] in
                received.signalNumber.withLock { $0 = number }
                task.cancel()
            }
            source.resume()
            sources.append(source)
        }
    }

    /// The signal that came, or nil.
    var signalNumber: Int32? { received.signalNumber.withLock { $0 } }

    func stop() {
        for source in sources { source.cancel() }
    }
}
