@testable import Kernel

/// A machine of 2 MiB in which firmware has left tables that name processors.
struct FirmwareSample {
    static let pointer = 0xf_0010
    static let narrowList = 0x1f_0000
    static let wideList = 0x1f_1000
    static let processors = 0x1f_2000
    static let otherTable = 0x1f_3000

    let machine = TestMachine(size: 2 << 20)
    /// The entries of the processors' table.
    var entries: [[UInt8]]

    /// - Parameter entries: those of the processors' table.
    init(_ entries: [[UInt8]] = [Self.local(0), Self.local(1), Self.local(2)]) {
        self.entries = entries
        let table: [UInt8] = [0, 0, 0xe0, 0xfe, 1, 0, 0, 0] + entries.flatMap { $0 }
        write("APIC", table, at: Self.processors)
        write("FACP", Array(repeating: 7, count: 80), at: Self.otherTable)
        let tables = [Self.otherTable, Self.processors]
        write("RSDT", tables.flatMap { Self.bytes($0, 4) }, at: Self.narrowList)
        write("XSDT", tables.flatMap { Self.bytes($0, 8) }, at: Self.wideList)
        writePointer()
    }

    static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// A processor by the number of its local APIC, which has 8 bits.
    static func local(_ number: UInt8, flags: Int = 1) -> [UInt8] {
        [0, 8, number, number] + bytes(flags, 4)
    }

    /// The same with 32 bits.
    static func extended(_ number: Int, flags: Int = 1) -> [UInt8] {
        [9, 16, 0, 0] + bytes(number, 4) + bytes(flags, 4) + bytes(number, 4)
    }

    /// A table with a header whose checksum is right.
    func write(_ signature: String, _ body: [UInt8], at address: Int) {
        var table = Array(signature.utf8) + Self.bytes(36 + body.count, 4) + [1, 0]
        table += Array(repeating: 0x20, count: 26) + body
        machine.bytes[address..<address + table.count] = table[...]
        mend(at: address)
    }

    /// Makes the bytes of a table add up to 0, if they are all there.
    func mend(at address: Int) {
        let length = machine.bytes[address + 4..<address + 8].reversed()
            .reduce(0) { $0 << 8 | Int($1) }
        guard address + length <= machine.bytes.count else { return }
        mendSum(of: address..<address + length, at: address + 9)
    }

    private func mendSum(of range: Range<Int>, at place: Int) {
        machine.bytes[place] = 0
        machine.bytes[place] = 0 &- machine.bytes[range].reduce(0, &+)
    }

    /// The root pointer.
    func writePointer(version: UInt8 = 2, at address: Int = pointer) {
        machine.bytes[address..<address + 36] = [UInt8](repeating: 0, count: 36)[...]
        machine.bytes[address..<address + 8] = Array("RSD PTR ".utf8)[...]
        machine.bytes[address + 15] = version
        machine.write(UInt32(Self.narrowList), at: address + 16)
        if version >= 2 {
            machine.write(UInt32(36), at: address + 20)
            machine.write(UInt64(Self.wideList), at: address + 24)
        }
        mendSum(of: address..<address + 20, at: address + 8)
        mendSum(of: address..<address + 36, at: address + 32)
    }

    /// What the kernel reads, and what it says about it.
    func read(
        from pointer: Int? = FirmwareSample.pointer
    ) -> (numbers: [UInt32], complaints: String) {
        var transcript = Transcript()
        let list = FirmwareTables(memory: machine).processors(
            from: pointer.map { UInt64($0) }, complainingTo: &transcript)
        return ((0..<list.count).map { list[$0] }, transcript.text)
    }
}
