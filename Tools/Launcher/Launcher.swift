import ArgumentParser
import Foundation
import Interruption

/// `kernel`: builds the book's kernel for bare metal, boots it in QEMU, and says how it ended.
@main
struct Launcher: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernel",
        abstract: "Build the book's kernel and boot it in QEMU.",
        discussion: """
            The kernel's serial output goes to standard output. The exit status is 0 only if the \
            kernel itself reported success; any other end of the machine is 1, with the reason \
            on standard error.

            Standard input goes to the kernel, a line for each prompt (a line of output that \
            begins with "frames> "). At the end of input the kernel gets the byte 0x04, Ctrl-D. \
            On a terminal each key goes to the kernel at once, and Ctrl-C ends the machine.
            """
    )

    @OptionGroup
    var options: LaunchOptions

    func run() async throws {
        // A closed pipe shall be an error that we see, so that QEMU does not outlive us.
        signal(SIGPIPE, SIG_IGN)
        let boot = Task { try await launch() }
        let interruption = Interruption { _ in boot.cancel() }
        defer { interruption.stop() }
        do {
            try await boot.value
        } catch let failure as LaunchFailure where interruption.signalNumber == nil {
            StandardError.print("kernel: \(failure.description)")
            throw ExitCode(1)
        } catch {
            if let signalNumber = interruption.signalNumber {
                throw ExitCode(128 + signalNumber)
            }
            StandardError.print("kernel: \(error)")
            throw ExitCode(1)
        }
    }

    private func launch() async throws {
        if options.printCommand { return try printCommand() }
        // All that the host may lack is said before the image is built.
        let givenFormat = try options.image.map(ImageFormat.init(ofFileAt:))
        if givenFormat == .disc { try requireUseOfDisc() }
        if let path = options.iso { try BootDisc.requireWritable(path) }
        let makesDisc =
            options.iso != nil || (options.firmware != .none && givenFormat != .disc)
        if makesDisc { try BootDisc.requirePackages() }
        try options.firmware.requireInstalled()
        if options.accelerate { try Acceleration.requireDevice() }

        let symbols: String
        if let image = options.image {
            symbols = image
        } else {
            symbols = try await BareMetalImage.build(in: PackageRoot.find())
        }
        if let path = options.iso { return try await writeDisc(with: symbols, to: path) }
        guard makesDisc else { return try await boot(symbols, symbols: symbols) }
        let disc = try await BootDisc.make(image: symbols, words: options.append)
        defer { disc.remove() }
        try await boot(disc.file.path, symbols: symbols)
    }

    private func printCommand() throws {
        let isFromDisc = options.firmware != .none
        let image =
            try options.image
            ?? (isFromDisc ? BootDisc.exampleName : BareMetalImage.path(in: PackageRoot.find()))
        print(EmulatorCommand(options: options, image: image).shellDescription)
        if isFromDisc && options.image == nil {
            StandardError.print("kernel: --iso \(image) writes the disc of this command")
        }
    }

    private func writeDisc(with kernel: String, to path: String) async throws {
        let size = try await BootDisc.write(image: kernel, words: options.append, to: path)
        print(
            "\(path): \(size) bytes, starts PCs with BIOS or UEFI; on a USB stick: "
                + "sudo dd if=\(EmulatorCommand.quoted(path)) of=/dev/sdX bs=1M conv=fsync")
    }

    /// - Parameters:
    ///   - image: What the machine starts from, the kernel or a disc.
    ///   - symbols: The kernel as it was linked.
    private func boot(_ image: String, symbols: String) async throws {
        let port = options.gdb ? DebuggerPort.free() : DebuggerPort.usual
        if options.gdb {
            let root = try? PackageRoot.find()
            let here = FileManager.default.currentDirectoryPath
            StandardError.print(
                EmulatorCommand.debuggerAdvice(
                    port: port, symbols: symbols, root: root?.path == here ? nil : root?.path))
        }
        let ending = try await Emulation(
            command: EmulatorCommand(options: options, image: image, debuggerPort: port),
            symbols: symbols,
            silence: options.gdb ? nil : .seconds(options.timeout)
        ).run()
        try ending.requireSuccess()
    }

    /// A disc is made already, for firmware to start it and with its words in it.
    private func requireUseOfDisc() throws(LaunchFailure) {
        let remedy: String
        if options.iso != nil {
            remedy = "--iso wants a kernel"
        } else if options.firmware == .none {
            remedy = "start it with --firmware bios or uefi"
        } else if options.gdb {
            remedy = "--gdb wants a kernel with its symbols"
        } else if !options.append.isEmpty {
            remedy = "its words stand in it, and --append cannot change them"
        } else {
            return
        }
        throw .imageIsDisc(path: options.image ?? "", remedy: remedy)
    }
}
