import Dispatch
import Foundation

/// Standard input, read so that a wait for it can be cancelled.
final class StandardInput: Sendable {
    private let wakeUp: Int32
    private let call: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        // Without a pipe a wait cannot be cancelled; poll then ignores the descriptor -1.
        _ = unsafe pipe(&ends)
        (wakeUp, call) = (ends[0], ends[1])
    }

    deinit {
        close(wakeUp)
        close(call)
    }

    /// The next bytes; none at the end of input, or when the task is cancelled.
    func read() async -> [UInt8] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // A thread that may wait, unlike those on which tasks run.
                DispatchQueue.global().async { continuation.resume(returning: self.wait()) }
            }
        } onCancel: {
            _ = unsafe write(call, [0], 1)
        }
    }

    /// Where the launcher was started with no standard input at all, the runtime has taken its
    /// descriptor for an event queue, which is a file of no type.
    private static var isOpen: Bool {
        var status = stat()
        return unsafe fstat(STDIN_FILENO, &status) == 0 && status.st_mode & S_IFMT != 0
    }

    private func wait() -> [UInt8] {
        guard Self.isOpen else { return [] }
        var sources = [
            pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
        ]
        var answer: Int32
        repeat { answer = unsafe poll(&sources, 2, -1) } while answer < 0 && errno == EINTR
        guard answer > 0, sources[1].revents == 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            // A closed or lost input, such as that of a terminal that went away, has ended too.
            count = unsafe max(0, Foundation.read(STDIN_FILENO, buffer.baseAddress, buffer.count))
        }
    }
}
