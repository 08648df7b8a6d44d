import Foundation

/// The command that boots an image in QEMU.
struct EmulatorCommand {
    static let executable = "qemu-system-x86_64"

    /// The port where the kernel's verdict leaves the machine: a value v written there ends QEMU
    /// with the status v << 1 | 1.
    static let verdictPort = "0xf4"

    let image: String
    let arguments: [String]

    init(options: LaunchOptions, image: String) {
        self.image = image
        var arguments = [
            "-machine", "\(options.machine.rawValue),memory-backend=ram0",
            // Reserving nothing, a host with little memory can emulate a machine with much.
            "-object", "memory-backend-ram,id=ram0,size=\(options.memory),reserve=off",
            "-m", "\(options.memory)",
            "-smp", "\(options.processors)",
            // With fewer address bits, a machine with 1 TiB does not start.
            "-accel", "tcg", "-cpu", "max,phys-bits=46",
            "-nodefaults", "-no-reboot", "-display", "none", "-serial", "stdio",
            "-device", "isa-debug-exit,iobase=\(Self.verdictPort),iosize=4",
        ]
        if options.countInstructions {
            arguments += ["-icount", "shift=0,sleep=off"]
        }
        if options.gdb {
            arguments += ["-S", "-gdb", "tcp:127.0.0.1:1234"]
        }
        arguments += ["-kernel", image]
        if !options.append.isEmpty {
            arguments += ["-append", options.append]
        }
        self.arguments = arguments
    }

    /// The command in one line that a POSIX shell reads as it is meant.
    var shellDescription: String {
        ([Self.executable] + arguments).map(Self.quoted).joined(separator: " ")
    }

    var debuggerAdvice: String {
        """
        kernel: the machine waits for a debugger; in another terminal:
            gdb -ex 'target remote localhost:1234' \(Self.quoted(image))
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
