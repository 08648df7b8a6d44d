import Foundation
import Subprocess

/// One run of QEMU: the serial port joined to standard output and input, under a watchdog.
struct Emulation {
    let command: EmulatorCommand

    /// The kernel as it was linked: where the names of addresses come from.
    let symbols: String

    /// So long without a byte, while no prompt waits for one, and the machine is ended; nil waits
    /// for ever.
    let silence: Duration?

    func run() async throws -> Ending {
        // In a process group of its own: Ctrl-C comes to us, and we end QEMU on every path out.
        var platformOptions = PlatformOptions()
        platformOptions.processGroupID = 0
        platformOptions.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
        ]
        do {
            let result = try await Subprocess.run(
                .name(EmulatorCommand.executable),
                arguments: Arguments(command.arguments),
                platformOptions: platformOptions,
                input: .inputWriter,
                output: .sequence,
                error: .sequence
            ) { execution in
                try await observe(execution)
            }
            let observation = result.closureResult
            return Ending(
                status: result.terminationStatus,
                silence: observation.wasSilent ? silence : nil,
                complaint: observation.complaint,
                isAccelerated: command.isAccelerated
            )
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw LaunchFailure.toolMissing(
                name: EmulatorCommand.executable, package: "qemu-system-x86")
        }
    }

    private struct Observation {
        var wasSilent = false
        /// What QEMU itself wrote on standard error.
        var complaint = ""
    }

    private enum Event {
        case serialPortClosed
        case silence
        case complaint(String)
        case inputEnded
    }

    private func observe(
        _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>
    ) async throws -> Observation {
        let watchdog = Watchdog()
        let keyMode = KeyMode()
        defer { keyMode.leave() }
        let (prompts, prompted) = AsyncStream.makeStream(of: Void.self)
        do {
            return try await withThrowingTaskGroup(of: Event.self) { group in
                group.addTask {
                    let symbolizer = Symbolizer(image: symbols)
                    var filter = PlaceFilter { await symbolizer.places(of: $0) }
                    var monitor = SerialMonitor(holdsBack: command.startsWithFirmware)
                    for try await buffer in execution.standardOutput {
                        watchdog.reset()
                        let bytes = unsafe buffer.withUnsafeBytes { unsafe Array($0) }
                        let reading = monitor.read(bytes)
                        // Before the reader sees the prompt and types.
                        if reading.isAtPrompt { keyMode.enter() }
                        try StandardOutput.write(await filter.pass(reading.text))
                        if reading.isAtPrompt {
                            watchdog.pause()
                            prompted.yield()
                        }
                    }
                    try StandardOutput.write(await filter.pass(monitor.end()))
                    try StandardOutput.write(filter.finish())
                    return .serialPortClosed
                }
                group.addTask {
                    await KernelInput(writer: execution.standardInputWriter, watchdog: watchdog)
                        .relay(at: prompts)
                    return .inputEnded
                }
                group.addTask {
                    .complaint(try await Self.text(of: execution.standardError))
                }
                if let silence {
                    group.addTask {
                        try await watchdog.wait(for: silence)
                        return .silence
                    }
                }
                var observation = Observation()
                var open = 2
                while open > 0, let event = try await group.next() {
                    switch event {
                    case .serialPortClosed:
                        open -= 1
                    case .complaint(let text):
                        observation.complaint = text
                        open -= 1
                    case .inputEnded:
                        break
                    case .silence:
                        observation.wasSilent = true
                        try execution.send(signal: .kill, toProcessGroup: true)
                    }
                }
                group.cancelAll()
                return observation
            }
        } catch {
            // Out of here by an error, such as a closed standard output: not without QEMU.
            try? execution.send(signal: .kill, toProcessGroup: true)
            throw error
        }
    }

    /// The first 4096 bytes, as text; the rest is read and dropped.
    private static func text(of stream: SubprocessOutputSequence) async throws -> String {
        var bytes: [UInt8] = []
        for try await buffer in stream {
            let room = 4096 - bytes.count
            unsafe buffer.withUnsafeBytes { unsafe bytes += $0.prefix(room) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
