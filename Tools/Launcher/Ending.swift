import Subprocess

/// How a run of the machine ended.
struct Ending {
    /// QEMU's status when the kernel writes 0x10, "success", to the verdict's port. QEMU's own 0
    /// says nothing: a reset ends with it too.
    static let success: Int32 = 0x10 << 1 | 1

    /// The same for 0x11, "failure".
    static let failure: Int32 = 0x11 << 1 | 1

    let status: TerminationStatus

    /// How long the machine was silent, if the watchdog ended it.
    let silence: Duration?

    /// What QEMU itself had to say.
    let complaint: String

    let isAccelerated: Bool

    func requireSuccess() throws(LaunchFailure) {
        if let silence {
            throw .silence(
                seconds: Double(silence.components.seconds)
                    + Double(silence.components.attoseconds) * 1e-18)
        }
        switch status {
        case .exited(Self.success):
            // QEMU's warnings are no failure; the reader shall see them all the same.
            if !complaint.isEmpty { StandardError.print(complaint, terminator: "") }
        case .exited(Self.failure):
            throw .kernelFailed
        case .exited(0):
            throw .noVerdict
        case .exited(let code):
            throw emulatorFailed(ending: "status \(code)")
        case .signaled(let signal):
            throw emulatorFailed(ending: "signal \(signal)")
        }
    }

    private func emulatorFailed(ending: String) -> LaunchFailure {
        guard isAccelerated else {
            return .emulatorFailed(ending: ending, complaint: complaint)
        }
        // An assertion that fails in QEMU comes after the reason, in a line of its own.
        let reason = complaint.split(separator: "\n").first.map { ": \($0)" } ?? ""
        return .noAcceleration(reason: "QEMU ended with \(ending)\(reason)")
    }
}
