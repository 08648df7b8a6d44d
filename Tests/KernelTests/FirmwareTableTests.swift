import TestSupport
import Testing

@testable import Kernel

/// Who is there, according to firmware that may be wrong.
@Suite struct FirmwareTableTests {
    typealias Sample = FirmwareSample

    private func expect(
        _ sample: Sample, _ numbers: [UInt32], _ complaints: String = "",
        from pointer: Int? = Sample.pointer, at place: SourceLocation = #_sourceLocation
    ) {
        let found = sample.read(from: pointer)
        #expect(found.numbers == numbers, sourceLocation: place)
        #expect(found.complaints == complaints, sourceLocation: place)
    }

    @Test func soundTablesAreRead() {
        expect(Sample(), [0, 1, 2])
        expect(Sample([Sample.local(3), Sample.extended(300), Sample.local(7)]), [3, 300, 7])
    }

    @Test func whoIsNotEnabledIsNotCalled() {
        expect(Sample([Sample.local(0), Sample.local(1, flags: 0), Sample.local(2)]), [0, 2])
        // Flag 1 alone: it could be switched on later.
        expect(Sample([Sample.local(0), Sample.extended(1, flags: 2)]), [0])
    }

    @Test func entriesOfOtherKindsArePassedOver() {
        let controller: [UInt8] = [1, 12] + Array(repeating: 0, count: 10)
        expect(Sample([controller, Sample.local(4), [200, 2], Sample.local(5)]), [4, 5])
    }

    @Test(arguments: [0xe_0000, 0xf_fff0 - 32, 0x9_fc00, 0x9_fc00 + 1008 - 32])
    func thePointerIsSearchedWhereABIOSLeavesIt(address: Int) {
        let sample = Sample()
        sample.machine.bytes[Sample.pointer] = 0
        sample.machine.write(UInt16(0x9fc0), at: 0x40e)
        sample.writePointer(at: address)
        expect(sample, [0, 1, 2], from: nil)
    }

    @Test func withoutAPointerThereIsOneProcessor() {
        let sample = Sample()
        sample.machine.bytes[Sample.pointer] = 0
        expect(
            sample, [], "ACPI: there is no root pointer; this processor is the only one\n",
            from: nil)
    }

    @Test func anOldPointerLeadsToTheNarrowList() {
        let sample = Sample()
        sample.machine.bytes[Sample.wideList] = 0
        sample.writePointer(version: 0)
        expect(sample, [0, 1, 2])
    }

    @Test func aBrokenWideListIsReplacedByTheNarrowOne() {
        let sample = Sample()
        sample.machine.bytes[Sample.wideList + 20] ^= 1
        expect(
            sample, [0, 1, 2],
            "ACPI: the checksum at 0x0000001f1000 is wrong; what lies there is skipped\n")
    }

    @Test func aWrongChecksumIsSaidAndTheTableSkipped() {
        let sample = Sample()
        sample.machine.bytes[Sample.processors + 50] ^= 1
        let said = "ACPI: the checksum at 0x0000001f2000 is wrong; what lies there is skipped\n"
        expect(sample, [], said + "ACPI: no table names processors; this one is the only one\n")
    }

    @Test(arguments: [0, 35, 65537, 0xffff_ffff])
    func aLengthThatCannotBeIsSaid(length: UInt32) {
        let sample = Sample()
        sample.machine.write(length, at: Sample.processors + 4)
        let found = sample.read()
        #expect(found.numbers == [])
        #expect(
            found.complaints.hasPrefix(
                "ACPI: the table at 0x0000001f2000 cannot have \(length) bytes; it is skipped\n"))
    }

    @Test func aTableThatGoesOnBehindTheMemoryIsOutOfReach() {
        let sample = Sample()
        sample.machine.write(UInt64(0x1f_fff0), at: Sample.wideList + 36)
        sample.machine.bytes.replaceSubrange(0x1f_fff0..<0x1f_fff8, with: "APIC\u{40}\0\0\0".utf8)
        sample.mend(at: Sample.wideList)
        expect(
            sample, [0, 1, 2],
            "ACPI: 0x000000200000 is not in the memory map; what lies there is skipped\n")
    }

    @Test(arguments: [UInt64(1) << 40, .max, .max - 3])
    func aTableFarAwayIsSkipped(address: UInt64) {
        let sample = Sample()
        sample.machine.write(address, at: Sample.wideList + 36)
        sample.mend(at: Sample.wideList)
        let found = sample.read()
        #expect(found.numbers == [0, 1, 2])
        #expect(found.complaints.contains("is not in the memory map"))
    }

    @Test(arguments: [0, 1, 7, 9, 255] as [UInt8])
    func anEntryOfAWrongLengthEndsTheTable(length: UInt8) {
        let sample = Sample()
        let second = Sample.processors + 44 + 8
        sample.machine.bytes[second + 1] = length
        sample.mend(at: Sample.processors)
        let found = sample.read()
        // Nine bytes take one of the next entry, whose kind is then its length.
        if length != 9 { #expect(found.numbers == [0]) }
        #expect(found.complaints.contains("has a wrong length; the rest is skipped"))
    }

    @Test func whoIsNamedTwiceIsOneProcessor() {
        expect(
            Sample([Sample.local(0), Sample.local(1), Sample.extended(1), Sample.local(2)]),
            [0, 1, 2], "ACPI: processor 1 is named twice; once will do\n")
    }

    @Test func thereIsRoomForSixtyFour() {
        let entries = (0..<100).map { Sample.extended($0) }
        expect(
            Sample(entries), Array(0..<64),
            "ACPI: more than 64 processors; the others are left alone\n")
    }

    /// Whatever bytes firmware leaves, the reader ends with a list, and never traps. Half of the
    /// broken tables have a checksum that is right.
    @Test func brokenTablesAreNoHarm() {
        var complete = 0
        let rounds = RandomRun.iterations(2_000)
        let sound = Sample([
            Sample.local(0), Sample.local(1), Sample.extended(2), Sample.local(3, flags: 0),
            Sample.extended(4),
        ])
        let original = sound.machine.bytes
        for round in 0..<rounds {
            var random = SplitMix64(seed: RandomRun.seed &+ UInt64(round) &* 0x1_0001)
            for _ in 0...random.number(below: 4) { spoil(sound, &random) }
            let found = sound.read(from: random.isOnce(in: 50) ? nil : Sample.pointer)
            let advice: Comment = "round \(round): \(RandomRun.advice)"
            #expect(found.numbers.count <= ProcessorList.capacity, advice)
            #expect(Set(found.numbers).count == found.numbers.count, advice)
            let lines = found.complaints.split(separator: "\n")
            #expect(lines.allSatisfy { $0.hasPrefix("ACPI: ") }, advice)
            if found.numbers == [0, 1, 2, 4] { complete += 1 }
            for range in [
                Sample.pointer..<Sample.pointer + 64, 0x1f_0000..<0x1f_4000,
            ] { sound.machine.bytes[range] = original[range] }
        }
        #expect(complete > 0 && complete < rounds)
    }

    private func spoil(_ sample: Sample, _ random: inout SplitMix64) {
        let table = [
            Sample.narrowList, Sample.wideList, Sample.processors, Sample.pointer,
        ].randomElement(using: &random)!
        let place = table + random.number(below: table == Sample.processors ? 110 : 52)
        let numbers: [UInt64] = [
            0, 1, 2, 8, 36, 37, 255, 0x1_0000, 0x1f_2000, 0x1f_ffff, 0xffff_ffff, .max,
            random.next(),
        ]
        let number = numbers.randomElement(using: &random)!
        for offset in 0..<[1, 2, 4, 8].randomElement(using: &random)! {
            sample.machine.bytes[place + offset] = UInt8(truncatingIfNeeded: number >> (8 * offset))
        }
        guard random.isOnce(in: 2) else { return }
        if table == Sample.pointer {
            sample.writePointer()
        } else {
            sample.mend(at: table)
        }
    }
}
