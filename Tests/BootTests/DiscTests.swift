import Foundation
import Subprocess
import Testing

@testable import Launcher

/// The disc that `--iso` writes, and what may keep it from being written.
@Suite(.serialized) struct DiscTests {
    @Test func saysWhatItWroteAndHowToUseIt() async throws {
        let path = try await Tool.disc()
        let run = try await Tool.discWriting.value
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect(
            run.output == """
                \(path): \(try #require(size)) bytes, starts PCs with BIOS or UEFI; \
                on a USB stick: sudo dd if='\(path)' of=/dev/sdX bs=1M conv=fsync

                """)
        #expect(run.errors == "")
        #expect(size! < 6 << 20)
    }

    /// What a real machine would do with it, in the two shapes that it can have there.
    @Test(
        arguments: [[], ["-bios", Firmware.ovmf]],
        [
            ["-cdrom", "DISC"],
            [
                "-drive", "file=DISC,format=raw,readonly=on,if=none,id=stick",
                "-device", "qemu-xhci", "-device", "usb-storage,drive=stick",
            ],
        ])
    func startsAsADiscAndAsAUSBStick(firmware: [String], drive: [String]) async throws {
        let disc = try await Tool.disc().replacing(",", with: drive[0] == "-drive" ? ",," : ",")
        await Tool.places.take()
        defer { Tool.places.giveBack() }
        let run = try await Subprocess.run(
            .name(EmulatorCommand.executable),
            arguments: Arguments(
                [
                    "-machine", "q35", "-m", "128M", "-nodefaults", "-no-reboot",
                    "-display", "none", "-serial", "stdio",
                    "-device", "isa-debug-exit,iobase=\(EmulatorCommand.verdictPort),iosize=4",
                ] + firmware + drive.map { $0.replacing("DISC", with: disc) }),
            output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
        #expect(run.terminationStatus == .exited(Ending.success), "\(run.standardError)")
        #expect(run.standardOutput.hasSuffix("\nok\n"))
    }

    @Test func keepsTheWordsAsTheyAre() async throws {
        let words = "two  blanks, $HOME; {x} #é *"
        let run = try await Tool.kernel([
            "--firmware", "bios", "--image", Tool.image(), "--append", words,
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output.hasPrefix("Free Frames, by way of Multiboot2\n\(words)\n"))
    }

    @Test func aKernelThatFailsOnADiscSaysSo() async throws {
        let run = try await Tool.kernel([
            "--firmware", "bios", "--image", Tool.image(), "--append",
            String(repeating: "words ", count: 600),
        ])
        #expect(run.status == .exited(1))
        #expect(run.output.hasSuffix("boot information: a command line of more than 256 bytes\n"))
        #expect(!run.output.contains("\u{1b}"))
        #expect(run.errors == "kernel: the kernel reported a failure; its last lines say which\n")
    }

    @Test func whatIsNoKernelMakesNoDisc() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).iso").path
        let run = try await Tool.kernel(["--iso", path, "--image", "Package.swift"])
        #expect(run.status == .exited(1))
        #expect(run.errors.hasPrefix("kernel: llvm-objcopy could not do its part of the disc:\n"))
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [
        ("/no/such/folder/x.iso", "there is no folder /no/such/folder"),
        ("/dev/null", "it exists and is no plain file"),
        ("/tmp", "it exists and is no plain file"),
    ])
    func refusesAPlace(path: String, reason: String) async throws {
        let run = try await Tool.kernel(["--iso", path, "--image", Tool.image()])
        #expect(run.status == .exited(1))
        #expect(run.output == "")
        #expect(run.errors == "kernel: \(path) cannot be written: \(reason)\n")
    }

    /// Not even root may write there.
    @Test func saysWhyAFileIsNotWritten() async throws {
        let run = try await Tool.kernel(["--iso", "/proc/x.iso", "--image", Tool.image()])
        #expect(run.status == .exited(1))
        #expect(run.errors.hasPrefix("kernel: /proc/x.iso cannot be written: "))
        #expect(run.errors.split(separator: "\n").count == 1)
    }

    @Test(arguments: [
        ([], "start it with --firmware bios or uefi"),
        (["--iso", "/tmp/x.iso"], "--iso wants a kernel"),
        (["--firmware", "bios", "--gdb"], "--gdb wants a kernel with its symbols"),
        (
            ["--firmware", "bios", "--append", "x"],
            "its words stand in it, and --append cannot change them"
        ),
    ])
    func refusesADiscAsAnImage(arguments: [String], reason: String) async throws {
        let disc = try await Tool.disc()
        let run = try await Tool.kernel(arguments + ["--image", disc])
        #expect(run.status == .exited(1))
        #expect(run.errors == "kernel: \(disc) is a disc: \(reason)\n")
    }

    @Test func namesThePackagesThatAreMissing() async throws {
        // A folder of programs in which GRUB has no platforms, and nothing packs a disc.
        let prefix = FileManager.default.temporaryDirectory.appending(path: "prefix-\(UUID())")
        defer { try? FileManager.default.removeItem(at: prefix) }
        let programs = prefix.appending(path: "bin")
        try FileManager.default.createDirectory(at: programs, withIntermediateDirectories: true)
        func discRun() async throws -> ToolRun {
            try await Tool.kernel(
                ["--iso", "/tmp/x.iso", "--image", Tool.image()],
                environment: .inherit.updating(["PATH": programs.path]))
        }
        let without = try await discRun()
        #expect(without.status == .exited(1))
        #expect(
            without.errors == """
                kernel: a disc needs what is not installed: install grub-common and mtools and \
                xorriso, or run Tools/setup --test

                """)

        let mkrescue = programs.appending(path: "grub-mkrescue")
        try Data("#!/bin/sh\n".utf8).write(to: mkrescue)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: mkrescue.path)
        let withGRUB = try await discRun()
        #expect(
            withGRUB.errors.contains(
                "install grub-efi-amd64-bin and grub-pc-bin and mtools and xorriso, or run"))
    }
}
