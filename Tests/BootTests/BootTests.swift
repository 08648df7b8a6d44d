import Foundation
import Subprocess
import Testing

@testable import Launcher

/// The kernel in QEMU, booted as a reader boots it. One after the other: each uses a processor.
@Suite(.serialized) struct BootTests {
    @Test func bootsWithoutOptions() async throws {
        let run = try await Tool.firstRun.value
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.errors == "")
        #expect(run.output.hasPrefix("Free Frames, by way of PVH\n"))
        #expect(run.output.hasSuffix("\nok\n"))
    }

    @Test func severalProcessors() async throws {
        let run = try await boot(["--processors", "4"])
        #expect(run.status == .exited(0), "\(run.errors)")
    }

    @Test(arguments: Machine.allCases)
    func countingInstructionsGivesTheSameInEveryRun(machine: Machine) async throws {
        let arguments = ["--machine", machine.rawValue, "--count-instructions"]
        let first = try await boot(arguments)
        let second = try await boot(arguments)
        #expect(first.status == .exited(0), "\(first.errors)")
        #expect(first.output == second.output)
    }

    @Test func passesWordsOn() async throws {
        let run = try await boot(["--append", "some 'words'"])
        #expect(run.output.contains("\nsome 'words'\n"))
        #expect(run.status == .exited(0), "\(run.errors)")
    }

    // What is no success, and how it is said.

    @Test func aTripleFaultIsNoSuccess() async throws {
        let run = try await boot(["--append", "fault=triple"])
        #expect(run.status == .exited(1))
        #expect(
            run.errors == """
                kernel: the machine was reset or powered off before the kernel gave its verdict

                """)
    }

    @Test func silenceIsNoSuccess() async throws {
        let start = ContinuousClock.now
        let run = try await boot(["--append", "fault=silence", "--timeout", "1"])
        #expect(run.status == .exited(1))
        #expect(
            run.errors
                == "kernel: silence for 1 s and no verdict; the machine was ended\n")
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test func theKernelsOwnFailureIsNoSuccess() async throws {
        let run = try await boot(["--append", "fault=verdict"])
        #expect(run.status == .exited(1))
        #expect(run.errors == "kernel: the kernel reported a failure; its last lines say which\n")
        let lastLine = try #require(run.output.split(separator: "\n").last)
        #expect(lastLine.hasPrefix("round 1: "))
    }

    @Test func aCommandLineTooLongIsAFailure() async throws {
        for count in [257, 4095] {
            let run = try await boot(["--append", String(repeating: "x", count: count)])
            #expect(run.status == .exited(1))
            #expect(run.output == "boot information: a command line of more than 256 bytes\n")
        }
    }

    @Test func whatIsNoImageIsNoSuccess() async throws {
        let run = try await Tool.kernel(["--image", "Package.swift"])
        #expect(run.status == .exited(1))
        #expect(run.errors.hasPrefix("kernel: QEMU ended with status 1: "))
    }

    @Test func interruptionEndsTheMachine() async throws {
        // A name of its own, by which to look for the machine afterwards.
        let name = "kernel-\(UUID().uuidString)"
        let link = FileManager.default.temporaryDirectory.appending(path: name)
        try await FileManager.default.createSymbolicLink(
            at: link, withDestinationURL: URL(filePath: Tool.image()))
        defer { try? FileManager.default.removeItem(at: link) }

        let result = try await Subprocess.run(
            .path(.init(Tool.launcher())),
            arguments: ["--image", link.path, "--append", "fault=silence"],
            input: .none, output: .sequence, error: .discarded
        ) { execution in
            var isFirst = true
            for try await _ in execution.standardOutput where isFirst {
                isFirst = false
                try #require(await processes(naming: name).count > 0)
                try execution.send(signal: .interrupt)
            }
        }
        #expect(result.terminationStatus == .exited(128 + SIGINT))
        #expect(try await processes(naming: name) == [])
    }

    @Test func aClosedPipeEndsTheMachine() async throws {
        let name = "kernel-\(UUID().uuidString)"
        let link = FileManager.default.temporaryDirectory.appending(path: name)
        try await FileManager.default.createSymbolicLink(
            at: link, withDestinationURL: URL(filePath: Tool.image()))
        defer { try? FileManager.default.removeItem(at: link) }

        let script = #""$0" --image "$1" --append fault=silence --timeout 2 | :"#
        _ = try await Subprocess.run(
            .path("/bin/sh"),
            arguments: ["-c", script, Tool.launcher(), link.path], output: .discarded,
            error: .discarded)
        #expect(try await processes(naming: name) == [])
    }

    private func processes(naming name: String) async throws -> [String] {
        let list = try await Subprocess.run(
            .name("ps"), arguments: ["-A", "-o", "args"], output: .string(limit: 16 << 20))
        return list.standardOutput.split(separator: "\n").map(String.init).filter {
            $0.contains(EmulatorCommand.executable) && $0.contains(name)
        }
    }

    private func boot(_ arguments: [String]) async throws -> ToolRun {
        try await Tool.kernel(arguments + ["--image", Tool.image()])
    }
}
