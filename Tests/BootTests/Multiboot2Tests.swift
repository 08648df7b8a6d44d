import Foundation
import Subprocess
import Testing

@testable import Launcher

/// The same image by the other door: from a disc, through GRUB and Multiboot2.
@Suite(.serialized) struct Multiboot2Tests {
    @Test(arguments: [Machine.q35, .pc], ["8M", "4G"])
    func bootsFromADisc(machine: Machine, memory: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "disc-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let disc = try await makeDisc(in: folder, words: "some words")

        let options = try LaunchOptions.parse(["--machine", machine.rawValue, "--memory", memory])
        let direct = EmulatorCommand(options: options, image: "image").arguments
        let fromDisc = direct.map { ["-kernel": "-cdrom", "image": disc.path][$0] ?? $0 }
        let run = try await run(EmulatorCommand.executable, fromDisc, package: "qemu-system-x86")

        #expect(run.status == .exited(Ending.success), "\(run.output)\(run.errors)")
        #expect(run.output.contains("Free Frames, by way of Multiboot2\nsome words\n"))
        #expect(run.output.replacing("\r", with: "").hasSuffix("\nok\n"))
        let figures = try Figures(run.output)
        #expect(figures.usable == figures.reached + figures.beyond)
        #expect(figures.returned == figures.reached)
    }

    private func makeDisc(in folder: URL, words: String) async throws -> URL {
        let boot = folder.appending(path: "tree/boot")
        try FileManager.default.createDirectory(
            at: boot.appending(path: "grub"), withIntermediateDirectories: true)
        try await FileManager.default.copyItem(
            atPath: Tool.image(), toPath: boot.appending(path: "kernel").path)
        let menu = """
            serial --unit=0 --speed=115200
            terminal_output serial
            set timeout=0
            menuentry "Free Frames" {
                multiboot2 /boot/kernel \(words)
                boot
            }
            """
        try Data(menu.utf8).write(to: boot.appending(path: "grub/grub.cfg"))
        let disc = folder.appending(path: "disc.iso")
        let made = try await run(
            "grub-mkrescue",
            [
                "--output=\(disc.path)", "--locales=", "--fonts=", "--themes=",
                "--install-modules=multiboot2 normal configfile serial terminal iso9660 boot",
                folder.appending(path: "tree").path,
            ], package: "grub-common, grub-pc-bin, xorriso and mtools")
        try #require(made.status == .exited(0), "\(made.errors)")
        return disc
    }

    private func run(
        _ tool: String, _ arguments: [String], package: String
    ) async throws -> ToolRun {
        do {
            let result = try await Subprocess.run(
                .name(tool), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
                error: .string(limit: 1 << 20))
            return ToolRun(
                status: result.terminationStatus, output: result.standardOutput,
                errors: result.standardError)
        } catch {
            throw Tool.Missing(what: "\(tool): install \(package), or run Tools/setup --test")
        }
    }
}
