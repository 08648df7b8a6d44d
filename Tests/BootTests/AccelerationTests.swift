import Testing

@testable import Launcher

@Suite struct AccelerationTests {
    /// Where the host can, the kernel runs; where it cannot, one line says why.
    @Test func acceleratesOrSaysWhyNot() async throws {
        // As little memory as there can be: in a virtual machine, acceleration may be slow.
        let run = try await Tool.kernel([
            "--accelerate", "--memory", "4M", "--timeout", "120", "--image", Tool.image(),
        ])
        if run.status == .exited(0) {
            #expect(run.output.hasSuffix("\nok\n"))
        } else {
            #expect(run.status == .exited(1))
            #expect(run.errors.hasPrefix("kernel: no acceleration: "))
            #expect(run.errors.hasSuffix("; without --accelerate the machine is emulated\n"))
            #expect(run.errors.split(separator: "\n").count == 1)
        }
    }

    /// An assertion of QEMU's that failed on a host is the line after its reason.
    @Test func namesQEMUsReason() {
        let ending = Ending(
            status: .signaled(6), silence: nil,
            complaint: "qemu: error: failed to set MSR 0x10a to 0x69\nAssertion failed.\n",
            isAccelerated: true)
        #expect {
            try ending.requireSuccess()
        } throws: { error in
            "\(error)" == """
                no acceleration: QEMU ended with signal 6: qemu: error: failed to set MSR 0x10a \
                to 0x69; without --accelerate the machine is emulated
                """
        }
    }
}
