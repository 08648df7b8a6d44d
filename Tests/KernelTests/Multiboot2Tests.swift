import NaiveStack
import Testing

@testable import Kernel

@Suite struct Multiboot2Tests {
    @Test func isCopied() throws {
        let information = try Sample.parse(Sample.multiboot2(), magic: .multiboot2)
        #expect(information.loader == .multiboot2)
        #expect(information.words == "first second")
        // The head; the tags of 21, 112, 17, 12 and 8 bytes, each padded to a multiple of 8.
        let length: UInt64 = 8 + 24 + 112 + 24 + 16 + 8
        #expect(
            information.allEntries == Sample.entries + [
                MemoryMapEntry(start: 0x180000, length: 0x1234, kind: .module),
                MemoryMapEntry(start: 0x2000, length: length, kind: .bootInformation),
            ])
    }

    @Test(arguments: [14, 15] as [UInt32])
    func tellsWhereTheRootPointerIs(type: UInt32) throws {
        let machine = Sample.multiboot2()
        #expect(try Sample.parse(machine, magic: .multiboot2).rootPointer == nil)
        let tag = Fault.moduleTag + 24
        machine.write(type, at: tag)
        let information = try Sample.parse(machine, magic: .multiboot2)
        #expect(information.rootPointer == UInt64(tag) + 8)
    }

    @Test func readsLargerEntriesOfALaterVersion() throws {
        let machine = Sample.multiboot2()
        // One entry of 48 bytes where two of 24 lay, twice.
        machine.write(UInt32(48), at: mapTag + 8)
        let information = try Sample.parse(machine, magic: .multiboot2)
        #expect(
            information.allEntries.filter(\.kind.isFirmwares) == [
                Sample.entries[0], Sample.entries[2],
            ])
    }

    @Test func takesWordsThatNoZeroEnds() throws {
        let machine = Sample.multiboot2()
        machine.write(UInt32(8 + 5), at: wordsTag + 4)
        // The next tag now begins 8 bytes earlier: one of no interest fills the gap.
        machine.write(UInt32(99), at: wordsTag + 16)
        machine.write(UInt32(8), at: wordsTag + 20)
        #expect(try Sample.parse(machine, magic: .multiboot2).words == "first")
    }

    private var wordsTag: Int { Fault.wordsTag }
    private var mapTag: Int { Fault.mapTag }

    struct Fault: Sendable, CustomTestStringConvertible {
        static let wordsTag = Sample.information + 8
        static let mapTag = wordsTag + 24
        static let moduleTag = mapTag + 112

        let what: String
        let error: BootInformationError
        let plant: @Sendable (TestMachine) -> Void

        var testDescription: String { what }
    }

    @Test(arguments: [
        Fault(what: "no size", error: .noEndTag) {
            $0.write(UInt32(0), at: Sample.information)
        },
        Fault(what: "a size that cuts the end", error: .noEndTag) {
            $0.write(UInt32(8 + 24 + 112 + 24 + 16), at: Sample.information)
        },
        Fault(what: "a size that cuts a tag", error: .overlongTag(type: 6)) {
            $0.write(UInt32(8 + 24 + 111), at: Sample.information)
        },
        Fault(what: "a tag of size 0", error: .malformedTag(type: 1)) {
            $0.write(UInt32(0), at: Fault.wordsTag + 4)
        },
        Fault(what: "a tag shorter than its head", error: .malformedTag(type: 1)) {
            $0.write(UInt32(7), at: Fault.wordsTag + 4)
        },
        Fault(what: "a tag of 4 GiB", error: .overlongTag(type: 1)) {
            $0.write(UInt32.max, at: Fault.wordsTag + 4)
        },
        Fault(what: "a memory map without a head", error: .malformedTag(type: 6)) {
            $0.write(UInt32(15), at: Fault.mapTag + 4)
        },
        Fault(what: "entries of size 0", error: .malformedTag(type: 6)) {
            $0.write(UInt32(0), at: Fault.mapTag + 8)
        },
        Fault(what: "entries that are too short", error: .malformedTag(type: 6)) {
            $0.write(UInt32(16), at: Fault.mapTag + 8)
        },
        Fault(what: "entries that do not fill the tag", error: .malformedTag(type: 6)) {
            $0.write(UInt32(40), at: Fault.mapTag + 8)
        },
        Fault(what: "entries of 4 GiB", error: .malformedTag(type: 6)) {
            $0.write(UInt32.max, at: Fault.mapTag + 8)
        },
        Fault(what: "a module that ends before it starts", error: .malformedTag(type: 3)) {
            $0.write(UInt32(0x17ffff), at: Fault.moduleTag + 12)
        },
        Fault(what: "a module without its range", error: .malformedTag(type: 3)) {
            $0.write(UInt32(15), at: Fault.moduleTag + 4)
        },
        Fault(what: "no memory map", error: .noMemoryMap) {
            $0.write(UInt32(99), at: Fault.mapTag)
        },
    ])
    func refuses(fault: Fault) {
        let machine = Sample.multiboot2()
        fault.plant(machine)
        #expect(throws: fault.error) { try Sample.parse(machine, magic: .multiboot2) }
    }
}
