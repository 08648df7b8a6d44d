import Foundation
import Subprocess
import Testing

@testable import Launcher

/// What a reader does with `--gdb`: copies the command from one terminal to another.
@Suite struct DebuggerTests {
    @Test(arguments: [Firmware.none, .bios])
    func stopsAtALineOfTheChapter(firmware: Firmware) async throws {
        let result = try await Subprocess.run(
            .path(.init(Tool.launcher())),
            arguments: [
                "--gdb", "--firmware", firmware.rawValue, "--image",
                .init(Tool.image()),
            ],
            workingDirectory: .init(Tool.package.path),
            input: .none, output: .discarded, error: .sequence
        ) { execution in
            var advice = ""
            for try await buffer in execution.standardError {
                advice += unsafe buffer.withUnsafeBytes {
                    unsafe String(decoding: $0, as: UTF8.self)
                }
                guard advice.contains("kernel-image\n") else { continue }
                let command = try #require(advice.split(separator: "\n").last)
                let debugger = try await Subprocess.run(
                    .path("/bin/sh"),
                    arguments: [
                        // The same in a batch; then the reader's own questions.
                        "-c",
                        command.replacing("gdb ", with: "gdb -nx -batch ", maxReplacements: 1)
                            + " -ex 'info line' -ex backtrace -ex kill",
                    ],
                    workingDirectory: .init(Tool.package.path),
                    output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
                try #require(
                    debugger.terminationStatus != .exited(127),
                    "gdb is not installed; install gdb, or run Tools/setup --test")
                let lines = debugger.standardOutput.split(separator: "\n")
                #expect(
                    lines.contains {
                        $0.wholeMatch(
                            of: /Line [0-9]+ of "Chapters\/10-kernel-booting\.md" starts at .*/)
                            != nil
                    }, "\(debugger.standardOutput)\(debugger.standardError)")
                // The code itself, which gdb reads from the chapter.
                #expect(lines.contains { $0.contains("start(magic: bootProtocol") })
                #expect(lines.contains { $0.contains("in highHalf () at ") })
                return
            }
        }
        // gdb ended the machine, so there is no verdict.
        #expect(result.terminationStatus == .exited(1))
    }

    @Test func findsAPortBesidesATakenOne() async throws {
        // Another machine that waits for its debugger, most likely on the usual port.
        let options = try LaunchOptions.parse(["--gdb", "--memory", "4M"])
        let port = DebuggerPort.free()
        let command = try await EmulatorCommand(
            options: options, image: Tool.image(), debuggerPort: port)
        _ = try await Subprocess.run(
            .name(EmulatorCommand.executable),
            arguments: Arguments(command.arguments + ["-pidfile", "/dev/stdout"]),
            input: .none, output: .sequence, error: .discarded
        ) { execution in
            // The port is open by the time that the machine tells its number.
            for try await _ in execution.standardOutput {
                let other = DebuggerPort.free()
                #expect(other != port)
                #expect(other >= 1024)
                try execution.send(signal: .kill)
            }
        }
    }
}
