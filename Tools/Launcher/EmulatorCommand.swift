import Foundation

/// The command that boots an image in QEMU.
struct EmulatorCommand {
    static let executable = "qemu-system-x86_64"

    /// The port where the kernel's verdict leaves the machine: a value v written there ends QEMU
    /// with the status v << 1 | 1.
    static let verdictPort = "0xf4"

    let arguments: [String]
    let startsWithFirmware: Bool
    let isAccelerated: Bool

    /// - Parameter image: The kernel or, if firmware starts it, the disc.
    init(
        options: LaunchOptions, image: String, debuggerPort: UInt16 = DebuggerPort.usual
    ) {
        startsWithFirmware = options.firmware != .none
        isAccelerated = options.accelerate
        var arguments = [
            "-machine", "\(options.machine.rawValue),memory-backend=ram0",
            // Reserving nothing, a host with little memory can emulate a machine with much.
            "-object", "memory-backend-ram,id=ram0,size=\(options.memory),reserve=off",
            "-m", "\(options.memory)",
            "-smp", "\(options.processors)",
            "-accel", options.accelerate ? "kvm" : "tcg",
            "-cpu", options.cpu ?? Self.defaultProcessor(isAccelerated: options.accelerate),
            "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
            "-device", "isa-debug-exit,iobase=\(Self.verdictPort),iosize=4",
        ]
        if options.countInstructions {
            arguments += ["-icount", "shift=0,sleep=off"]
        }
        if options.gdb {
            arguments += ["-S", "-gdb", "tcp:127.0.0.1:\(debuggerPort)"]
        }
        switch options.firmware {
        case .none:
            arguments += ["-kernel", image]
            if !options.append.isEmpty { arguments += ["-append", options.append] }
        case .bios:
            arguments += Self.drive(image)
        case .uefi:
            arguments += ["-bios", Firmware.ovmf] + Self.drive(image)
        }
        self.arguments = arguments
    }

    private static func defaultProcessor(isAccelerated: Bool) -> String {
        isAccelerated
            // Some hosts report a register of that feature and refuse to have it set.
            ? "host,-arch-capabilities"
            // With fewer address bits, a machine with 1 TiB does not start.
            : "max,phys-bits=46"
    }

    /// The disc as a disk, which is what it is on a USB stick.
    private static func drive(_ disc: String) -> [String] {
        // QEMU reads a doubled comma as a comma of the name.
        let file = disc.replacingOccurrences(of: ",", with: ",,")
        return [
            "-drive", "file=\(file),format=raw,readonly=on,if=none,id=disc",
            "-device", "virtio-blk-pci,drive=disc",
        ]
    }

    /// The command in one line that a POSIX shell reads as it is meant.
    var shellDescription: String {
        ([Self.executable] + arguments).map(Self.quoted).joined(separator: " ")
    }

    /// How to get from the first instruction to the first line of Swift.
    ///
    /// - Parameters:
    ///   - symbols: The kernel with its line tables, which name the chapters from `root` on.
    ///   - root: The package's folder.
    static func debuggerAdvice(port: UInt16, symbols: String, root: String?) -> String {
        // A breakpoint of the processor's own: there is no memory yet into which to write one.
        var commands = [
            "target remote localhost:\(port)", "hbreak kernelMain", "continue",
        ]
        if let root { commands.insert("directory \(root)", at: 0) }
        let words = ["gdb"] + commands.flatMap { ["-ex", $0] } + [symbols]
        return """
            kernel: the machine waits for a debugger; in another terminal:
                \(words.map(quoted).joined(separator: " "))
            """
    }

    /// A word in single quotes, unless it holds nothing that a shell would read otherwise.
    static func quoted(_ word: String) -> String {
        let plain = CharacterSet(charactersIn: "-_./,=:@%+").union(.alphanumerics)
        if !word.isEmpty && word.unicodeScalars.allSatisfy({ $0.isASCII && plain.contains($0) }) {
            return word
        }
        return "'" + word.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
    }
}
