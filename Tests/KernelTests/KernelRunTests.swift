import NaiveStack
import Testing

@testable import Kernel

/// The whole kernel, on memory made up.
@Suite struct KernelRunTests {
    private func run(
        _ machine: TestMachine, magic: BootInformation.Loader = .pvh
    ) throws -> String {
        let run = KernelRun(
            machine: machine, reach: machine.reach, image: 0x100000..<0x11a000, salt: 0x5a17)
        var transcript = Transcript()
        _ = try run.boot(
            magic: magic.rawValue, information: UInt64(Sample.information),
            reportingTo: &transcript)
        return transcript.text
    }

    @Test func says() throws {
        #expect(
            try run(Sample.pvh()) == """
                Free Frames, by way of PVH
                first second
                memory map, as the firmware gave it
                  0x000000000000-0x00000009fbff      639 KiB  usable
                  0x00000009fc00-0x00000009ffff        1 KiB  reserved
                  0x000000100000-0x0000001fffff        1 MiB  usable
                in use already
                  0x000000004000-0x00000000400c       13 B    command line
                  0x000000180000-0x000000181233     4660 B    module
                  0x000000002000-0x000000002037       56 B    boot information
                  0x000000003000-0x00000000305f       96 B    boot information
                  0x000000005000-0x00000000501f       32 B    boot information
                  0x000000100000-0x000000119fff      104 KiB  kernel image
                  0x00000009e000-0x00000009efff        4 KiB  start of processors
                usable, in whole frames
                  0x000000000000-0x000000001fff         2 frames
                  0x000000006000-0x00000009dfff       152 frames
                  0x00000011a000-0x00000017ffff       102 frames
                  0x000000182000-0x0000001fffff       126 frames
                           382 usable = reached + beyond
                           382 reached
                             0 beyond the boot tables' 2 MiB
                conservation of the frames reached
                        382 taken, each marked
                        382 given back, each with its mark
                        382 taken again, none twice
                        382 given back, none lost

                """)
    }

    @Test func leavesAloneWhatIsInUse() throws {
        let machine = Sample.multiboot2()
        for address in 0x100000..<0x11a000 { machine.bytes[address] = 0x77 }
        for address in 0x180000..<0x182000 { machine.bytes[address] = 0x33 }
        let information = machine.bytes[Sample.information..<(Sample.information + 0x1000)]
        _ = try run(machine, magic: .multiboot2)
        #expect(machine.bytes[0x100000..<0x11a000].allSatisfy { $0 == 0x77 })
        #expect(machine.bytes[0x180000..<0x182000].allSatisfy { $0 == 0x33 })
        #expect(machine.bytes[Sample.information..<(Sample.information + 0x1000)] == information)
    }

    @Test func countsWhatItDoesNotReach() throws {
        let machine = Sample.pvh()
        // The empty entry becomes 3 frames and a bit, far beyond the machine's 2 MiB.
        let far = MemoryMapEntry(start: 1 << 40, length: 3 * Frame.size + 17, kind: .usable)
        machine.write([far], at: Sample.map + 3 * 24)
        let text = try run(machine)
        #expect(text.contains("385 usable = reached + beyond"))
        #expect(text.contains("382 reached"))
        #expect(text.contains("  3 beyond the boot tables' 2 MiB"))
        #expect(text.contains("382 given back, none lost"))
    }

    @Test func failsWithoutAUsableFrame() {
        let machine = Sample.pvh()
        machine.write(
            Sample.entries.map {
                MemoryMapEntry(start: $0.start, length: $0.length, kind: .reserved)
            },
            at: Sample.map)
        #expect {
            _ = try run(machine)
        } throws: {
            if case .noUsableFrame = $0 as? KernelFailure { true } else { false }
        }
    }

    @Test func failsItsCheckWhenAskedTo() {
        #expect {
            _ = try run(Sample.pvh(words: "fault=verdict"))
        } throws: {
            if case .conservation(.miscounted(round: 1, count: let count, expected: let expected)) =
                $0 as? KernelFailure
            {
                count == expected - 1
            } else {
                false
            }
        }
    }

    @Test(arguments: [
        (KernelFailure.noUsableFrame, "no usable frame"),
        (.remainder(usable: 7, reached: 3, beyond: 5), "7 frames are not 3 reached + 5 beyond"),
        (.bootInformation(.unknownLoader(magic: 0xabc)), "unknown magic number 0x00000abc"),
        (.bootInformation(.outOfReach(address: 1 << 40)), "0x010000000000 is out of"),
        (.conservation(.givenTwice(FrameNumber(5))), "frame 5 was given twice"),
        (.conservation(.spoiled(FrameNumber(6))), "frame 6 came back without its mark"),
    ])
    func namesItsFailure(failure: KernelFailure, words: String) {
        #expect(text(failure.line).contains(words))
    }
}
