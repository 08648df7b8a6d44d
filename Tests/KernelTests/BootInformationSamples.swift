import NaiveStack

@testable import Kernel

/// Where the samples put things.
enum Sample {
    static let information = 0x2000
    static let map = 0x3000
    static let words = 0x4000
    static let modules = 0x5000

    static let entries = [
        MemoryMapEntry(start: 0, length: 0x9fc00, kind: .usable),
        MemoryMapEntry(start: 0x9fc00, length: 0x400, kind: .reserved),
        MemoryMapEntry(start: 0x100000, length: 0x100000, kind: .usable),
        MemoryMapEntry(start: 0, length: 0, kind: .init(rawValue: 0)),
    ]

    /// A machine of 2 MiB as a PVH loader leaves it.
    static func pvh(words: String = "first second") -> TestMachine {
        let machine = TestMachine(size: 2 << 20)
        machine.write(UInt32(0x336e_c578), at: information)
        machine.write(UInt32(1), at: information + 4)
        machine.write(UInt32(1), at: information + 12)
        machine.write(UInt64(modules), at: information + 16)
        machine.write(UInt64(Self.words), at: information + 24)
        machine.write(UInt64(map), at: information + 40)
        machine.write(UInt32(entries.count), at: information + 48)
        machine.write(entries, at: map)
        machine.write(words, at: Self.words)
        machine.write(UInt64(0x180000), at: modules)
        machine.write(UInt64(0x1234), at: modules + 8)
        return machine
    }

    /// The same as a Multiboot2 loader leaves it. The tags: command line, memory map, module,
    /// one of no interest, the end.
    static func multiboot2(words: String = "first second") -> TestMachine {
        let machine = TestMachine(size: 2 << 20)
        var tag = information + 8
        func begin(_ type: UInt32, size: Int) -> Int {
            machine.write(type, at: tag)
            machine.write(UInt32(size), at: tag + 4)
            defer { tag += (size + 7) & ~7 }
            return tag
        }
        machine.write(words, at: begin(1, size: 8 + words.utf8.count + 1) + 8)
        let map = begin(6, size: 16 + entries.count * 24)
        machine.write(UInt32(24), at: map + 8)
        machine.write(entries, at: map + 16)
        let module = begin(3, size: 17)
        machine.write(UInt32(0x180000), at: module + 8)
        machine.write(UInt32(0x181234), at: module + 12)
        _ = begin(21, size: 12)
        _ = begin(0, size: 8)
        machine.write(UInt32(tag - information), at: information)
        return machine
    }

    static func parse(
        _ machine: TestMachine, magic: BootInformation.Loader
    ) throws(BootInformationError) -> BootInformation {
        try BootInformation(
            magic: magic.rawValue, at: UInt64(information), in: machine)
    }
}

extension BootInformation {
    var allEntries: [MemoryMapEntry] { (0..<entries.count).map { entries[$0] } }

    var words: String {
        String(decoding: (0..<commandLine.count).map { commandLine[$0] }, as: UTF8.self)
    }
}
