import Foundation

/// The TCP port on which QEMU waits for a debugger.
enum DebuggerPort {
    /// The one in QEMU's manual ("GDB usage").
    static let usual: UInt16 = 1234

    /// The usual port, or any other that is free if somebody listens there.
    static func free() -> UInt16 {
        bound(to: usual) ?? bound(to: 0) ?? usual
    }

    /// The port that a socket on the loopback interface gets when it asks for this one, 0 for any;
    /// the socket is closed again.
    private static func bound(to port: UInt16) -> UInt16? {
        #if os(Linux)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        // As QEMU does, so that the remains of a closed connection are no obstacle.
        var yes: Int32 = 1
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))

        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        return isBound ? UInt16(bigEndian: address.sin_port) : nil
    }
}
