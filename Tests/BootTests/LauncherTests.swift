import Foundation
import Subprocess
import Testing

@testable import Launcher

/// What the launcher says and does without booting anything.
@Suite struct LauncherTests {
    @Test func printsTheCommand() async throws {
        let run = try await Tool.kernel([
            "--print-command", "--machine", "microvm", "--memory", "1T", "--append", "it's",
        ])
        #expect(run.status == .exited(0))
        #expect(run.errors == "")
        #expect(
            run.output == """
                qemu-system-x86_64 -machine microvm,memory-backend=ram0 \
                -object memory-backend-ram,id=ram0,size=1048576M,reserve=off -m 1048576M \
                -smp 1 -accel tcg -cpu max,phys-bits=46 -nodefaults -no-reboot -display none \
                -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=4 \
                -kernel .build/bare-metal/x86_64-unknown-none-elf/release/kernel-image \
                -append 'it'\\''s'

                """)
    }

    @Test func printsTheCommandFromAnywhere() async throws {
        let run = try await Tool.kernel(["--print-command"], in: URL(filePath: "/"))
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output.contains(" -kernel /"))
    }

    @Test func theInstructionCountAndTheProcessorAreOptions() throws {
        let options = try LaunchOptions.parse(["--count-instructions", "--cpu", "qemu64"])
        let command = EmulatorCommand(options: options, image: "an image")
        #expect(command.shellDescription.contains(" -icount shift=0,sleep=off "))
        #expect(command.shellDescription.contains(" -accel tcg -cpu qemu64 "))
        #expect(command.shellDescription.hasSuffix(" -kernel 'an image'"))
    }

    @Test func firmwareGetsADisc() async throws {
        let run = try await Tool.kernel(["--print-command", "--firmware", "uefi"])
        #expect(run.status == .exited(0))
        #expect(
            run.output.hasSuffix(
                " -bios /usr/share/ovmf/OVMF.fd -drive file=free-frames.iso,format=raw,readonly=on,"
                    + "if=none,id=disc -device virtio-blk-pci,drive=disc\n"))
        #expect(run.errors == "kernel: --iso free-frames.iso writes the disc of this command\n")
    }

    @Test func aCommaInADiscsNameIsDoubled() throws {
        let options = try LaunchOptions.parse(["--firmware", "bios"])
        let command = EmulatorCommand(options: options, image: "a,b")
        #expect(command.arguments.contains("file=a,,b,format=raw,readonly=on,if=none,id=disc"))
    }

    @Test func anotherPortIfTheUsualOneIsTaken() throws {
        let advice = EmulatorCommand.debuggerAdvice(
            port: 4711, symbols: "an image", root: "/the book")
        #expect(
            advice.hasSuffix(
                "    gdb -ex 'directory /the book' -ex 'target remote localhost:4711' "
                    + "-ex 'hbreak kernelMain' -ex continue 'an image'"))
        let options = try LaunchOptions.parse(["--gdb"])
        let command = EmulatorCommand(options: options, image: "image", debuggerPort: 4711)
        #expect(command.shellDescription.contains(" -S -gdb tcp:127.0.0.1:4711 "))
    }

    @Test(arguments: [
        ("", "''"), ("plain", "plain"), ("two words", "'two words'"), ("$HOME", "'$HOME'"),
        ("a'b", #"'a'\''b'"#), ("é", "'é'"), ("a\nb", "'a\nb'"),
    ])
    func quotes(word: String, quoted: String) {
        #expect(EmulatorCommand.quoted(word) == quoted)
    }

    @Test(arguments: [
        ("4M", 4), ("4m", 4), ("128", 128), ("1G", 1024), ("1T", 1 << 20), ("16T", 16 << 20),
    ])
    func readsASize(text: String, mebibytes: Int) throws {
        #expect(try MemorySize(parsing: text).mebibytes == mebibytes)
    }

    @Test(arguments: [
        "", "M", "3M", "0", "17T", "1P", "-1", "+8", "1.5G", "8 M", "8MB", "99999999999999999999",
        "9223372036854775807T", "٤M",
    ])
    func refusesASize(text: String) {
        #expect(throws: (any Error).self) { try MemorySize(parsing: text) }
    }

    @Test(arguments: [
        (["--memory", "2M"], "the smallest machine has 4M, the largest 16T"),
        (["--memory", "lots"], "that is no size; write it as 128M, 4G or 1T"),
        (["--machine", "i440"], "'q35', 'microvm' or 'pc'"),
        (["--processors", "0"], "--processors wants a number from 1 to 255"),
        (["--processors", "256"], "--processors wants a number from 1 to 255"),
        (["--processors", "many"], "The value 'many' is invalid for '--processors <count>'"),
        (["--timeout", "0"], "--timeout wants a number of seconds above 0"),
        (["--firmware", "bios", "--machine", "microvm"], "no firmware that starts discs"),
        (["--firmware", "uefi", "--memory", "63M"], "less than 64M of memory"),
        (["--firmware", "coreboot"], "'none', 'bios' or 'uefi'"),
        (["--accelerate", "--count-instructions"], "leave --accelerate out"),
        (["--iso", "x", "--gdb"], "--iso boots nothing: leave --gdb out"),
        (["--iso", "x", "--append", "it's"], "GRUB changes them"),
        (
            ["--append", String(repeating: "x", count: 64 << 10)],
            "--append takes at most 4095 bytes; this is 65536"
        ),
        (["--frobnicate"], "Unknown option '--frobnicate'"),
        (["stray"], "Unexpected argument 'stray'"),
    ])
    func refusesOptions(arguments: [String], words: String) async throws {
        let run = try await Tool.kernel(arguments)
        // EX_USAGE of sysexits.h.
        #expect(run.status == .exited(64))
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("Error: "))
        #expect(run.errors.contains(words))
    }

    @Test func missesQEMU() async throws {
        let run = try await Tool.kernel(
            ["--image", "Package.swift"], environment: .custom(["PATH": "/nonexistent"]))
        #expect(run.status == .exited(1))
        #expect(
            run.errors == """
                kernel: qemu-system-x86_64 is not installed; install qemu-system-x86, \
                or run Tools/setup

                """)
    }

    @Test func missesSwift() async throws {
        let run = try await Tool.kernel([], environment: .custom(["PATH": "/nonexistent"]))
        #expect(run.status == .exited(1))
        #expect(run.errors.hasPrefix("kernel: swift is not installed; "))
    }

    @Test func missesTheImage() async throws {
        let run = try await Tool.kernel(["--image", "/no/such/file"])
        #expect(run.status == .exited(1))
        #expect(run.errors == "kernel: the image /no/such/file cannot be read\n")
    }

    @Test func showsWhyTheImageDoesNotBuild() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "package-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "Tools"), withIntermediateDirectories: true)
        try Data(#"{"schemaVersion": "1.0"}"#.utf8)
            .write(to: folder.appending(path: BareMetalImage.toolset))
        try Data("// swift-tools-version: 6.2\nno manifest".utf8)
            .write(to: folder.appending(path: "Package.swift"))
        let run = try await Tool.kernel([], in: folder)
        #expect(run.status == .exited(1))
        #expect(run.output == "")
        #expect(run.errors.hasPrefix("kernel: the image does not build:\n"))
        #expect(run.errors.contains("Package.swift"))
    }
}
