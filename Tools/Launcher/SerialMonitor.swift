/// Reads the serial line for the marks on which the kernel and the launcher agree.
struct SerialMonitor {
    /// How the kernel's first line begins. Firmware and loader use the same line before it.
    static let greeting = Array("Free Frames".utf8)

    /// How a line begins that waits for a command.
    static let prompt = Array("frames> ".utf8)

    /// So much of what came before the greeting is kept, in case there is none.
    private static let keptBytes = 64 << 10

    /// What is for the reader, and whether the kernel has asked for a command.
    struct Reading: Equatable {
        var text: [UInt8] = []
        var isAtPrompt = false
    }

    /// What was held back so far; nil once the kernel has spoken.
    private var held: [UInt8]?

    /// The first bytes of the current line, as many as a mark can have.
    private var lineStart: [UInt8] = []

    /// Whether the line began after a line feed. After a bare carriage return it is drawn again.
    private var isNewLine = true

    /// - Parameter holdsBack: Whether others than the kernel speak first.
    init(holdsBack: Bool) {
        held = holdsBack ? [] : nil
    }

    mutating func read(_ bytes: some Sequence<UInt8>) -> Reading {
        var reading = Reading()
        for byte in bytes {
            pass(byte, to: &reading)
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                isNewLine = byte == UInt8(ascii: "\n") || (isNewLine && lineStart.isEmpty)
                lineStart = []
            default:
                guard lineStart.count < Self.greeting.count else { continue }
                lineStart.append(byte)
                if isNewLine && lineStart == Self.prompt { reading.isAtPrompt = true }
                if lineStart == Self.greeting && held != nil {
                    held = nil
                    reading.text = lineStart
                }
            }
        }
        return reading
    }

    private mutating func pass(_ byte: UInt8, to reading: inout Reading) {
        guard held != nil else { return reading.text.append(byte) }
        held?.append(byte)
        if held!.count > 2 * Self.keptBytes { held?.removeFirst(Self.keptBytes) }
    }

    /// What firmware and loader said, if the kernel never spoke: without the sequences that move
    /// a cursor or clear a screen.
    mutating func end() -> [UInt8] {
        defer { held = nil }
        var text: [UInt8] = []
        var isSequence = false
        for byte in held ?? [] {
            switch byte {
            case 0x1b: isSequence = true
            // ECMA-48, section 5.4, "Control sequences": `[`, parameters, and a final letter.
            case 0x40...0x7e where isSequence: isSequence = byte == UInt8(ascii: "[")
            case _ where isSequence: break
            case UInt8(ascii: "\n"), 0x20...: text.append(byte)
            default: break
            }
        }
        return text
    }
}
