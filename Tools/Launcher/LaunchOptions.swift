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

    @Option(help: ArgumentHelp("The number of processors, 1 to 255.", valueName: "count"))
    var processors = 1

    @Option(
        help: ArgumentHelp(
            "Words for the kernel's command line. Test hooks: fault=triple resets the machine, "
                + "fault=silence hangs, fault=verdict fails the kernel's own check.",
            valueName: "words"))
    var append = ""

    @Flag(help: "Let the time-stamp counter count instructions: the same figures in every run.")
    var countInstructions = false

    @Flag(help: "Stop before the first instruction and wait for a debugger on port 1234.")
    var gdb = false

    @Option(
        help: ArgumentHelp(
            "End the machine after so long without output.", valueName: "seconds"))
    var timeout = 30.0

    @Flag(help: "Print the QEMU command, quoted for a shell, and run nothing.")
    var printCommand = false

    @Option(help: ArgumentHelp("Boot this image and build none.", valueName: "file"))
    var image: String?
}

/// The machines of `qemu-system-x86_64` that the kernel is tested on.
enum Machine: String, ExpressibleByArgument, CaseIterable {
    case q35
    case microvm
    case pc
}
