import Foundation

/// The host's processor in place of an emulated one.
enum Acceleration {
    private static let device = "/dev/kvm"

    /// Whether QEMU may ask Linux for a virtual machine; what comes of it, only a start can tell.
    static func requireDevice() throws(LaunchFailure) {
        let descriptor = unsafe open(device, O_RDWR | O_CLOEXEC)
        guard descriptor < 0 else {
            close(descriptor)
            return
        }
        switch errno {
        case ENOENT:
            throw .noAcceleration(reason: "there is no \(device) here")
        case EACCES, EPERM:
            throw .noAcceleration(
                reason: "\(device) may not be opened; its group, often kvm, may open it")
        case let code:
            throw unsafe .noAcceleration(
                reason: "\(device) does not open: \(String(cString: strerror(code)))")
        }
    }
}
