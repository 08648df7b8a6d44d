import NaiveStack
import Testing

@testable import Kernel

@Suite struct PVHTests {
    @Test func isCopied() throws {
        let information = try Sample.parse(Sample.pvh(), magic: .pvh)
        #expect(information.loader == .pvh)
        #expect(information.words == "first second")
        #expect(
            information.allEntries == Sample.entries + [
                MemoryMapEntry(start: 0x4000, length: 13, kind: .commandLine),
                MemoryMapEntry(start: 0x180000, length: 0x1234, kind: .module),
                MemoryMapEntry(start: 0x2000, length: 56, kind: .bootInformation),
                MemoryMapEntry(start: 0x3000, length: 96, kind: .bootInformation),
                MemoryMapEntry(start: 0x5000, length: 32, kind: .bootInformation),
            ])
    }

    @Test func tellsWhereTheRootPointerIs() throws {
        let machine = Sample.pvh()
        #expect(try Sample.parse(machine, magic: .pvh).rootPointer == nil)
        machine.write(UInt64(0xf_1234), at: Sample.information + 32)
        #expect(try Sample.parse(machine, magic: .pvh).rootPointer == 0xf_1234)
    }

    @Test func needsNoWordsAndNoModules() throws {
        let machine = Sample.pvh()
        machine.write(UInt32(0), at: Sample.information + 12)
        machine.write(UInt64(0), at: Sample.information + 16)
        machine.write(UInt64(0), at: Sample.information + 24)
        let information = try Sample.parse(machine, magic: .pvh)
        #expect(information.words == "")
        #expect(information.entries.count == Sample.entries.count + 2)
    }

    @Test func refusesAnUnknownLoader() {
        #expect(throws: BootInformationError.unknownLoader(magic: 0x2bad_b002)) {
            try BootInformation(
                magic: 0x2bad_b002, at: UInt64(Sample.information), in: Sample.pvh())
        }
    }

    struct Fault: Sendable, CustomTestStringConvertible {
        let what: String
        let error: BootInformationError
        let plant: @Sendable (TestMachine) -> Void

        var testDescription: String { what }
    }

    @Test(arguments: [
        Fault(what: "no magic number", error: .notStartInfo(magic: 0)) {
            $0.write(UInt32(0), at: Sample.information)
        },
        Fault(what: "version 0", error: .noMemoryMap) {
            $0.write(UInt32(0), at: Sample.information + 4)
        },
        Fault(what: "an empty map", error: .noMemoryMap) {
            $0.write(UInt32(0), at: Sample.information + 48)
        },
        Fault(what: "a map of 2³² - 1 entries", error: .tooManyEntries) {
            $0.write(UInt32.max, at: Sample.information + 48)
        },
        Fault(what: "a map out of reach", error: .outOfReach(address: 2 << 20)) {
            $0.write(UInt64(2 << 20), at: Sample.information + 40)
        },
        Fault(what: "a map that ends out of reach", error: .outOfReach(address: 2 << 20)) {
            $0.write(UInt64(2 << 20) - 24, at: Sample.information + 40)
        },
        Fault(
            what: "a map at the end of the address space",
            error: .outOfReach(address: .max - 3)
        ) {
            $0.write(UInt64.max - 3, at: Sample.information + 40)
        },
        Fault(what: "words out of reach", error: .outOfReach(address: .max)) {
            $0.write(UInt64.max, at: Sample.information + 24)
        },
        Fault(what: "2³² - 1 modules", error: .tooManyEntries) {
            // Full of 1s, so that no module is empty.
            $0.bytes.replaceSubrange(
                Sample.modules..<(Sample.modules + 0x2000),
                with: Array(repeating: 1, count: 0x2000))
            $0.write(UInt32.max, at: Sample.information + 12)
        },
        Fault(what: "modules out of reach", error: .outOfReach(address: 1 << 40)) {
            $0.write(UInt64(1 << 40), at: Sample.information + 16)
        },
    ])
    func refuses(fault: Fault) {
        let machine = Sample.pvh()
        fault.plant(machine)
        #expect(throws: fault.error) { try Sample.parse(machine, magic: .pvh) }
    }

    @Test func refusesInformationOutOfReach() {
        for address: UInt64 in [.max, .max - 3, 2 << 20, (2 << 20) - 3] {
            for magic in [BootInformation.Loader.pvh, .multiboot2] {
                #expect(throws: BootInformationError.outOfReach(address: address)) {
                    try BootInformation(magic: magic.rawValue, at: address, in: Sample.pvh())
                }
            }
        }
    }
}
