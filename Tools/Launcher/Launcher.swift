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
            """
    )

    @OptionGroup
    var options: LaunchOptions

    func validate() throws {
        if options.timeout <= 0 {
            throw ValidationError("--timeout wants a number of seconds above 0")
        }
        if !(1...255).contains(options.processors) {
            throw ValidationError("--processors wants a number from 1 to 255")
        }
    }

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
        if options.printCommand {
            let image = try options.image ?? BareMetalImage.path(in: PackageRoot.find())
            print(EmulatorCommand(options: options, image: image).shellDescription)
            return
        }
        let image = try await imageToBoot()
        let command = EmulatorCommand(options: options, image: image)
        if options.gdb { StandardError.print(command.debuggerAdvice) }
        let ending = try await Emulation(
            command: command,
            silence: options.gdb ? nil : .seconds(options.timeout)
        ).run()
        try ending.requireSuccess()
    }

    private func imageToBoot() async throws -> String {
        guard let image = options.image else {
            return try await BareMetalImage.build(in: PackageRoot.find())
        }
        guard FileManager.default.isReadableFile(atPath: image) else {
            throw LaunchFailure.imageUnreadable(path: image)
        }
        return image
    }
}
