import Foundation
import Subprocess
import Testing

@testable import Launcher

/// Every way to start the kernel, with little memory and with much: it counts its frames and loses
/// none.
@Suite(.serialized) struct BootMatrixTests {
    static let sizes = ["4M", "8M", "16M", "128M", "3G", "5G", "64G", "1T"]

    @Test(arguments: Machine.allCases)
    func byPVH(machine: Machine) async throws {
        let boots = Self.sizes.flatMap { memory in
            [
                Boot(machine: machine, memory: memory, cpu: "max,phys-bits=46"),
                // It has no 1 GiB pages, and 40 address bits: too few for 1 TiB.
                Boot(machine: machine, memory: memory, cpu: "qemu64"),
            ]
        }
        let possible = boots.filter { !($0.memory == "1T" && $0.cpu == "qemu64") }
        try await expectConservation(in: possible)
    }

    @Test func fromADiscByBIOS() async throws {
        let boots = ["8M", "128M", "5G", "64G"].flatMap { memory in
            [
                Boot(firmware: .bios, memory: memory),
                Boot(firmware: .bios, machine: .pc, memory: memory, cpu: "qemu64"),
            ]
        }
        try await expectConservation(in: boots)
    }

    @Test func fromADiscByUEFI() async throws {
        let boots = ["64M", "128M", "5G"].flatMap { memory in
            [
                Boot(firmware: .uefi, memory: memory),
                Boot(firmware: .uefi, machine: .pc, memory: memory, cpu: "qemu64"),
            ]
        }
        try await expectConservation(in: boots)
    }

    @Test func aProcessorWithoutNoExecuteIsRefused() async throws {
        let run = try await Boot(memory: "128M", cpu: "max,-nx").run()
        #expect(run.status == .exited(1))
        #expect(
            run.output
                == "panic:\nthe processor has no execute-disable bit (NX), and this kernel needs it\n"
        )
    }

    @Test func aTebibyteIsTooMuchForFortyAddressBits() async throws {
        let run = try await Boot(memory: "1T", cpu: "qemu64").run()
        #expect(run.status == .exited(1))
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("kernel: QEMU ended with status 1: "))
        #expect(run.errors.contains("phys-bits too low (40)"))
    }

    @Test func uefiDoesNotStartWith16MiB() async throws {
        let refused = try await Tool.kernel(["--firmware", "uefi", "--memory", "16M"])
        #expect(refused.status == .exited(64))
        #expect(
            refused.errors.hasPrefix(
                "Error: --firmware uefi does not start with less than 64M of memory\n"))

        // The launcher is right to refuse: QEMU ends with status 0, and the kernel never ran.
        var options = try LaunchOptions.parse(["--firmware", "uefi"])
        options.memory = MemorySize(mebibytes: 16)
        let command = try await EmulatorCommand(options: options, image: Tool.disc())
        let run = try await Subprocess.run(
            .name(EmulatorCommand.executable), arguments: Arguments(command.arguments),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(run.terminationStatus == .exited(0))
        #expect(!run.standardOutput.contains("Free Frames"))
    }

    private func expectConservation(in boots: [Boot]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for boot in boots { group.addTask { try await boot.expectConservation() } }
            try await group.waitForAll()
        }
    }
}

/// One way to start the kernel.
struct Boot: CustomStringConvertible {
    var firmware = Firmware.none
    var machine = Machine.q35
    var memory: String
    var cpu = "max,phys-bits=46"

    var arguments: [String] {
        [
            "--firmware", firmware.rawValue, "--machine", machine.rawValue, "--memory", memory,
            "--cpu", cpu,
            // The kernel marks each frame before its next word: a busy host takes its time.
            "--timeout", "120",
        ]
    }

    var description: String { arguments.joined(separator: " ") }

    func run() async throws -> ToolRun {
        let image = firmware == .none ? try await Tool.image() : try await Tool.disc()
        // Any test will do: after it comes an audit of every frame.
        let words = firmware == .none ? ["--append", "test=live-stack"] : []
        return try await Tool.kernel(arguments + words + ["--image", image])
    }

    func expectConservation() async throws {
        let run = try await run()
        let loader = firmware == .none ? "PVH" : "Multiboot2"
        #expect(run.status == .exited(0), "\(self): \(run.errors)")
        #expect(
            run.output.hasPrefix("Free Frames, by way of \(loader)\ntest=live-stack\n"), "\(self)")
        #expect(run.output.hasSuffix("\nok\n"), "\(self)")

        let figures = try Figures(run.output)
        #expect(figures.usable == figures.reached + figures.beyond, "\(self)")
        #expect(figures.reached <= 1 << 18, "\(self)")
        #expect(figures.returned > 0 && figures.returned <= figures.reached, "\(self)")
        #expect(figures.firmwares == figures.free + figures.tables + figures.kernel, "\(self)")
        let kernel = figures.kernel - figures.own
        #expect(figures.firmwares == figures.usable + kernel, "\(self)")
        #expect(figures.audited == figures.usable, "\(self)")
        let frames = try MemorySize(parsing: memory).mebibytes * 256
        #expect(figures.usable <= frames, "\(self)")
        #expect(figures.usable > frames - mostKept, "\(self)")
    }

    /// The most frames that firmware, image and boot information keep.
    private var mostKept: Int {
        switch firmware {
        case .none, .bios: 2 * 256
        case .uefi: 16 * 256
        }
    }
}

/// The figures in what the kernel printed.
struct Figures {
    let usable: Int
    let reached: Int
    let beyond: Int
    let returned: Int
    /// How many frames an audit found in exactly one place.
    let audited: Int
    /// How many of these the allocator has for itself.
    let own: Int
    /// The terms of the account, which is told after the move; nothing is handed out by then.
    let firmwares: Int
    let free: Int
    let tables: Int
    let kernel: Int

    init(_ output: String) throws {
        var figures: [Substring: Int] = [:]
        for line in output.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2, let number = Int(words[0]) { figures[words[1]] = number }
        }
        usable = try #require(figures["usable = reached + beyond"])
        reached = try #require(figures["reached"])
        beyond = try #require(figures["beyond the boot tables' 1 GiB"])
        returned = try #require(figures["given back, none lost"])
        audited = try #require(figures["frames, each in exactly one place"])
        own = try #require(figures["the allocator's own"])
        let account = try #require(
            output.firstMatch(
                of:
                    #/(\d+) usable = (\d+) free \+ 0 handed out \+ (\d+) tables \+ (\d+) kernel\n/#)
        )
        firmwares = try #require(Int(account.1))
        free = try #require(Int(account.2))
        tables = try #require(Int(account.3))
        kernel = try #require(Int(account.4))
    }
}
