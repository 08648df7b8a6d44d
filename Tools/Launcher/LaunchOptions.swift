import ArgumentParser

/// What the reader can ask of a boot.
struct LaunchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The machine's memory, 4M to 16T; M if there is no suffix. (default: 128M)",
            valueName: "size"),
        transform: MemorySize.init(parsing:))
    var memory = MemorySize(mebibytes: 128)

    @Option(help: "The machine to emulate: q35, microvm or pc.")
    var machine = Machine.q35

    @Option(
        help: ArgumentHelp(
            "Who starts the kernel: none (QEMU itself), bios or uefi (from a disc, by GRUB).",
            valueName: "firmware"))
    var firmware = Firmware.none

    @Option(
        help: ArgumentHelp(
            "The processor, as QEMU names it. (default: max, with 46 address bits)",
            valueName: "model"))
    var cpu: String?

    @Option(
        help: ArgumentHelp(
            "The number of processors, 1 to 255; the kernel starts up to 64 of them.",
            valueName: "count"))
    var processors = 1

    @Option(
        help: ArgumentHelp(
            "Words for the kernel's command line. Test hooks: fault=triple resets the machine, "
                + "fault=silence hangs, fault=verdict fails the kernel's own check.",
            valueName: "words"))
    var append = ""

    @Flag(help: "Let the time-stamp counter count instructions: the same figures in every run.")
    var countInstructions = false

    @Flag(
        help: ArgumentHelp(
            "Run on the host's own processor (Linux, KVM), not an emulated one."))
    var accelerate = false

    @Flag(help: "Stop before the first instruction, and print how gdb gets to the first Swift.")
    var gdb = false

    @Option(
        help: ArgumentHelp(
            "End the machine after so long without output, unless it waits at its prompt.",
            valueName: "seconds"))
    var timeout = 30.0

    @Flag(help: "Print the QEMU command, quoted for a shell, and run nothing.")
    var printCommand = false

    @Option(
        help: ArgumentHelp(
            "Boot nothing: write a disc for PCs with BIOS or UEFI, also for a USB stick.",
            valueName: "file"))
    var iso: String?

    @Option(
        help: ArgumentHelp(
            "Build no kernel: take this one or, with --firmware bios or uefi, this disc.",
            valueName: "file"))
    var image: String?

    func validate() throws {
        if timeout <= 0 {
            throw ValidationError("--timeout wants a number of seconds above 0")
        }
        if !(1...255).contains(processors) {
            throw ValidationError("--processors wants a number from 1 to 255")
        }
        if accelerate && countInstructions {
            throw ValidationError(
                "--count-instructions is for emulated processors: leave --accelerate out")
        }
        // QEMU's PVH loader copies more over the boot information that stands behind its buffer
        // (pc-bios/optionrom/pvh_main.c, `cmdline_buffer`).
        if append.utf8.count > Self.mostWords {
            throw ValidationError(
                "--append takes at most \(Self.mostWords) bytes; this is \(append.utf8.count)")
        }
        try validateFirmware()
        try validateDisc()
    }

    private static let mostWords = 4095

    private func validateFirmware() throws {
        if firmware != .none && machine == .microvm {
            throw ValidationError(
                "a microvm has no firmware that starts discs: take --machine q35 or pc")
        }
        if firmware == .uefi && memory.mebibytes < Firmware.ovmfMinimum.mebibytes {
            throw ValidationError("--firmware uefi does not start with less than 64M of memory")
        }
        if firmware != .none || iso != nil, !BootDisc.canCarry(words: append) {
            throw ValidationError(
                "--append for a disc wants words without quotes, backslashes and control "
                    + "characters: GRUB changes them")
        }
    }

    private func validateDisc() throws {
        guard iso != nil else { return }
        for (name, isGiven) in [
            ("--firmware", firmware != .none), ("--accelerate", accelerate), ("--gdb", gdb),
            ("--count-instructions", countInstructions), ("--print-command", printCommand),
        ] where isGiven {
            throw ValidationError("--iso boots nothing: leave \(name) out")
        }
    }
}

/// The machines of `qemu-system-x86_64` that the kernel is tested on.
enum Machine: String, ExpressibleByArgument, CaseIterable {
    case q35
    case microvm
    case pc
}
