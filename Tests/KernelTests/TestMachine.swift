import NaiveStack
import TemporaryMapping

@testable import Kernel
@testable import struct Kernel.CommandLine

/// Bytes of physical memory from address 0 on; whatever lies behind them cannot be reached.
final class TestMachine: PhysicalMemory, FrameAccess, TableAccess {
    var processor = NoProcessor()
    var bytes: [UInt8]

    init(size: Int) {
        bytes = Array(repeating: 0, count: size)
    }

    var reach: UInt64 { UInt64(bytes.count) }

    func byte(at address: UInt64) -> UInt8? {
        address < reach ? bytes[Int(address)] : nil
    }

    func load(word: Int, of frame: FrameNumber) -> UInt64 {
        let address = Int(frame.address.rawValue) + word * 8
        return (0..<8).reduce(0) { $0 | UInt64(bytes[address + $1]) << (8 * $1) }
    }

    func store(_ value: UInt64, word: Int, of frame: FrameNumber) {
        write(value, at: Int(frame.address.rawValue) + word * 8)
    }

    func write(_ number: some FixedWidthInteger, at address: Int) {
        for index in 0..<(number.bitWidth / 8) {
            bytes[address + index] = UInt8(truncatingIfNeeded: number >> (8 * index))
        }
    }

    func write(_ text: String, at address: Int) {
        bytes.replaceSubrange(address..<(address + text.utf8.count), with: text.utf8)
        bytes[address + text.utf8.count] = 0
    }

    func write(_ entries: [MemoryMapEntry], at address: Int) {
        for (index, entry) in entries.enumerated() {
            write(entry.start, at: address + index * 24)
            write(entry.length, at: address + index * 24 + 8)
            write(entry.kind.rawValue, at: address + index * 24 + 16)
        }
    }
}

/// A console that keeps what was written.
struct Transcript: Console {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ byte: UInt8) { bytes.append(byte) }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// A command line of some words.
func commandLine(_ words: String) throws -> CommandLine {
    let machine = TestMachine(size: words.utf8.count + 1)
    machine.write(words, at: 0)
    var line = CommandLine()
    try line.copy(from: 0, in: machine)
    return line
}
