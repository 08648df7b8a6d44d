import Boot
import DirectMap
import NaiveStack
import Paging
import Reservoir
import SimulatedMachine
import TemporaryMapping
import Testing

@testable import Kernel

/// A mistake in the bench that the self-tests must find.
enum PlantedMistake: CaseIterable {
    case invalidationsAreIgnored
    case pagesAreFilledButForOneWord, pagesAreFilledBeyondTheirEnd
    case returnedFramesAreForgotten
    case identityMapRemains
    case codeIsWritable, constantsAreWritable, pageZeroIsMapped, guardPageIsMapped
    case directMapIsExecutable, stackIsExecutable, tablesAreExecutable
    case noExecuteEverywhere

    /// The tests that fail then.
    var found: Set<SelfTest> {
        switch self {
        case .invalidationsAreIgnored:
            [
                .stackThroughWindow, .stackThroughKeepingWindow, .stackThroughDirectMap,
                .tablesThroughWindow, .tablesThroughRecursiveSlot, .tablesThroughDirectMap,
                .filledFrames, .whereItIsWanted, .liveStack, .emptyTables, .outOfFrames,
                .staleRead,
            ]
        case .pagesAreFilledButForOneWord:
            // The others find what the last entry of a new table leads to.
            [
                .filledFrames, .tablesThroughWindow, .tablesThroughRecursiveSlot,
                .tablesThroughDirectMap, .whereItIsWanted, .emptyTables, .secondMapping,
                .outOfFrames, .zeroedFrame, .fetchOfCode,
            ]
        case .pagesAreFilledBeyondTheirEnd: [.filledFrames]
        case .returnedFramesAreForgotten: [.blockOfFrames, .doubleFree]
        case .identityMapRemains: [.identityIsGone]
        case .codeIsWritable: [.storeToCode]
        case .constantsAreWritable: [.storeToConstants]
        case .pageZeroIsMapped: [.pageZero]
        case .guardPageIsMapped: [.guardPages]
        case .directMapIsExecutable: [.fetchFromDirectMap]
        case .stackIsExecutable: [.fetchFromStack]
        case .tablesAreExecutable: [.fetchFromTables]
        case .noExecuteEverywhere: [.fetchOfCode]
        }
    }
}

/// The simulated processor, which can be made to disobey.
struct BenchProcessor: ProbedProcessor {
    let processor: SimulatedProcessor
    var mistake: PlantedMistake?

    func load(from address: VirtualAddress) throws(ProcessorFault) -> UInt64 {
        try processor.load(from: address)
    }

    func store(_ value: UInt64, to address: VirtualAddress) throws(ProcessorFault) {
        try processor.store(value, to: address)
    }

    func fillPage(at address: VirtualAddress, with value: UInt64) throws(ProcessorFault) {
        var processor = processor
        switch mistake {
        case .pagesAreFilledButForOneWord:
            for word in 0..<511 as Range<UInt64> {
                try store(value, to: VirtualAddress(address.rawValue + word * 8))
            }
        case .pagesAreFilledBeyondTheirEnd:
            try processor.fillPage(at: address, with: value)
            // The page behind it may not be mapped.
            try? store(value, to: VirtualAddress(address.rawValue + Frame.size))
        default: try processor.fillPage(at: address, with: value)
        }
    }

    func fetch(from address: VirtualAddress) throws(ProcessorFault) -> UInt64 {
        if mistake == .noExecuteEverywhere {
            var code = MemoryAccess(.fetch).code
            if (try? processor.load(from: address)) != nil { code.insert(.present) }
            throw .page(PageFault(address: address, code: code))
        }
        return try processor.attempt(MemoryAccess(.fetch), at: address)
    }

    func invalidate(_ address: VirtualAddress) {
        if mistake != .invalidationsAreIgnored { processor.invalidate(address) }
    }

    var tableBase: FrameNumber { processor.tableBase }
    func setTableBase(_ frame: FrameNumber) { processor.setTableBase(frame) }
}

/// A machine's memory, without any translation.
struct BareMemory: FrameAccess, TableAccess {
    let machine: SimulatedMachine
    var processor = NoProcessor()

    func load(word: Int, of frame: FrameNumber) -> UInt64 {
        machine.memory.load(word: word, of: frame)
    }

    func store(_ value: UInt64, word: Int, of frame: FrameNumber) {
        machine.memory.store(value, word: word, of: frame)
    }
}

/// A simulated machine in an address space that the kernel's own code made.
struct SimulatedBench: SelfTestBench, ~Copyable {
    let machine: SimulatedMachine
    let mistake: PlantedMistake?
    let space: AddressSpace
    var allocator: FrameAllocator<WordsInFrames<BareMemory>>

    var processor: BenchProcessor { prober }
    var prober: BenchProcessor {
        BenchProcessor(processor: machine.processor(0), mistake: mistake)
    }

    init(
        _ configuration: SimulatedMachine.Configuration = .init(),
        largestPage: Level = .pageDirectoryPointerTable, frames: UInt64 = 4096,
        mistake: PlantedMistake? = nil
    ) throws {
        machine = SimulatedMachine(configuration)
        self.mistake = mistake
        let entry = MemoryMapEntry(start: 2 << 20, length: frames * Frame.size, kind: .usable)
        let map = try MemoryMap(cleaning: [entry].span)
        let memory = BareMemory(machine: machine)
        var early = CursorAndStack(over: map)
        let space = try AddressSpace(
            of: Self.image, and: map, largestPage: largestPage, tables: memory, through: memory,
            from: &early)
        machine.processor(0).setTableBase(space.root)
        var access = memory
        allocator = try FrameAllocator(takingOver: &early, of: map, through: &access) {
            WordsInFrames(
                memory: memory, first: $0.lowerBound,
                forgetsReturns: mistake == .returnedFramesAreForgotten)
        }
        self.space = space
        plantMistake()
    }

    /// One page of code, one of constants, a page and four stacks of data.
    private static var image: ImageLayout {
        let start: UInt64 = 0xffff_ffff_8010_1000
        let stacks = start + 0x3000
        return ImageLayout(
            KernelParts(
                textStart: start, textEnd: start + 0x1000,
                readOnlyStart: start + 0x1000, readOnlyEnd: start + 0x2000,
                dataStart: start + 0x2000, dataEnd: start + 0xb000),
            stacks: ProcessorMemory(
                descriptors: start + 0x2000,
                bootStackGuard: stacks, bootStackEnd: stacks + 0x2000,
                doubleFaultStackGuard: stacks + 0x2000, doubleFaultStackEnd: stacks + 0x4000,
                nonMaskableInterruptStackGuard: stacks + 0x4000,
                nonMaskableInterruptStackEnd: stacks + 0x6000,
                machineCheckStackGuard: stacks + 0x6000, machineCheckStackEnd: stacks + 0x8000),
            offset: 0xffff_ffff_8000_0000)
    }

    private func plantMistake() {
        let data: PageTableEntry.Flags = [.present, .writable, .noExecute]
        let image = space.image
        switch mistake {
        case nil, .invalidationsAreIgnored, .noExecuteEverywhere: break
        case .pagesAreFilledButForOneWord, .pagesAreFilledBeyondTheirEnd: break
        case .returnedFramesAreForgotten: break
        case .identityMapRemains:
            for number in 512..<(512 + 4096) as Range<UInt64> {
                map(VirtualAddress(number * Frame.size), to: FrameNumber(number), data)
            }
        case .pageZeroIsMapped: map(VirtualAddress(0), to: FrameNumber(7), data)
        case .codeIsWritable:
            map(image.parts[0].page(0), to: FrameNumber(0x101), [.present, .writable])
        case .constantsAreWritable: map(image.parts[1].page(0), to: FrameNumber(0x102), data)
        case .guardPageIsMapped: map(image.guards[3].page, to: FrameNumber(7), data)
        case .stackIsExecutable:
            let page = VirtualAddress(image.guards[0].page.rawValue + Frame.size)
            map(page, to: image.frame(behind: page), [.present, .writable])
        case .directMapIsExecutable:
            // The memory lies in pages of 2 MiB, under entry 0 of the table below the root's.
            let entry = AddressSpacePlan.directMap.entries.lowerBound
            let link = PageTableEntry(machine.memory.load(word: entry, of: space.root))
            let below = PageTableEntry(machine.memory.load(word: 0, of: link.frame))
            for word in 0..<Frame.wordCount {
                let large = machine.memory.load(word: word, of: below.frame)
                machine.memory.store(large & ~(1 << 63), word: word, of: below.frame)
            }
        case .tablesAreExecutable:
            let entry = machine.memory.load(word: 510, of: space.root)
            machine.memory.store(entry & ~(1 << 63), word: 510, of: space.root)
        }
    }

    private func map(
        _ page: VirtualAddress, to frame: FrameNumber, _ flags: PageTableEntry.Flags
    ) {
        var table = space.root
        for level in [Level.pml4, .pageDirectoryPointerTable, .pageDirectory] {
            let index = page.index(at: level)
            var entry = PageTableEntry(machine.memory.load(word: index, of: table))
            if !entry.isPresent {
                // Far above all usable memory.
                let new = FrameNumber(1 << 20 | table.rawValue << 9 | UInt64(index))
                machine.memory.fill(new, with: 0)
                entry = PageTableEntry(new, [.present, .writable])
                machine.memory.store(entry.rawValue, word: index, of: table)
            }
            table = entry.frame
        }
        let entry = PageTableEntry(frame, flags)
        machine.memory.store(entry.rawValue, word: page.index(at: .pageTable), of: table)
    }
}

/// A bench whose allocator loses one frame, when it is used for the first time.
struct LosingBench: SelfTestBench, ~Copyable {
    var bench: SimulatedBench
    var hasLost = false

    var processor: BenchProcessor { bench.processor }
    var prober: BenchProcessor { bench.prober }
    var space: AddressSpace { bench.space }
    var allocator: FrameAllocator<WordsInFrames<BareMemory>> {
        _read { yield bench.allocator }
        _modify {
            yield &bench.allocator
            if !hasLost {
                hasLost = true
                do { _ = try bench.takeFrame().relinquish() } catch {}
            }
        }
    }
}

/// All self-tests, by their numbers.
private var allSelfTests: [SelfTest] {
    var tests: [SelfTest] = []
    while let test = SelfTest(rawValue: tests.count) { tests.append(test) }
    return tests
}

@Suite struct SelfTestTests {
    @Test(arguments: allSelfTests, [Level.pageDirectory, .pageDirectoryPointerTable])
    func passesOnTheSimulatedMachine(test: SelfTest, largestPage: Level) throws {
        var bench = try SimulatedBench(largestPage: largestPage)
        let line = try test.run(on: &bench)
        #expect(line.text.count > 0)
    }

    @Test func allRunOneAfterTheOther() throws {
        var bench = try SimulatedBench()
        let free = bench.allocator.freeCount
        var transcript = Transcript()
        try runSelfTests(on: &bench, reportingTo: &transcript)
        let lines = transcript.text.split(separator: "\n")
        #expect(lines.count == allSelfTests.count + 2)
        #expect(lines.last == "  \(allSelfTests.count) passed, 0 failed")
        for (line, test) in zip(lines.dropFirst(), allSelfTests) {
            #expect(line.hasPrefix("  ok      \(test.name) "))
            #expect(line.utf8.count <= 100)
        }
        #expect(bench.allocator.freeCount == free)
        // And again: what the first run left in the windows and in the TLB does no harm.
        try runSelfTests(on: &bench, reportingTo: &transcript)
    }

    /// A machine that walks and forgets whenever it likes, as a real one may.
    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func passOnASpeculatingMachine(seed: UInt64) throws {
        var configuration = SimulatedMachine.Configuration()
        configuration.speculationSeed = seed
        var bench = try SimulatedBench(configuration)
        var transcript = Transcript()
        try runSelfTests(on: &bench, reportingTo: &transcript)
    }

    @Test(arguments: PlantedMistake.allCases)
    func mistakesAreFound(mistake: PlantedMistake) throws {
        var failed: Set<SelfTest> = []
        for test in allSelfTests {
            var bench = try SimulatedBench(mistake: mistake)
            do { _ = try test.run(on: &bench) } catch { failed.insert(test) }
        }
        #expect(failed == mistake.found)
    }

    @Test func aLostFrameIsFound() throws {
        var bench = LosingBench(bench: try SimulatedBench())
        var transcript = Transcript()
        #expect(throws: SelfTestFailure.failed(1)) {
            try runSelfTests(.identityIsGone, on: &bench, reportingTo: &transcript)
        }
        #expect(
            transcript.text.contains(
                "FAILED  identity-is-gone       free frames: expected 0x"))
    }

    @Test func aFailureIsToldAndTheOthersGoOn() throws {
        var bench = try SimulatedBench(mistake: .codeIsWritable)
        var transcript = Transcript()
        #expect(throws: SelfTestFailure.failed(1)) {
            try runSelfTests(on: &bench, reportingTo: &transcript)
        }
        #expect(
            transcript.text.contains(
                """
                  FAILED  store-to-code          0xffffffff80101000: expected a fault of code 0x3, \
                found none

                """))
        #expect(transcript.text.hasSuffix("  \(allSelfTests.count - 1) passed, 1 failed\n"))
    }

    @Test func tooFewFramesAreAFailure() throws {
        var bench = try SimulatedBench(frames: 24)
        var transcript = Transcript()
        #expect(throws: SelfTestFailure.self) {
            try runSelfTests(on: &bench, reportingTo: &transcript)
        }
        #expect(
            transcript.text.contains("  FAILED  stack-window           there are no free frames\n"))
    }
}

@Suite struct SelfTestWordTests {
    @Test(arguments: [
        ("", false, nil), ("tests", false, nil), ("test", true, nil), ("a test b", true, nil),
        ("test=page-zero", true, SelfTest.pageZero),
        ("fault=read test=live-stack", true, .liveStack),
    ])
    func areFound(words: String, areWanted: Bool, chosen: SelfTest?) throws {
        let found = try commandLine(words).selfTests()
        #expect(found.areWanted == areWanted && found.chosen == chosen)
    }

    @Test(arguments: ["test=", "test=page", "test=page-zeros", "test=LIVE-STACK"])
    func unknownOnesAreRefused(words: String) throws {
        let commandLine = try commandLine(words)
        #expect(throws: SelfTestFailure.unknown) { try commandLine.selfTests() }
    }

    @Test func namesAreDifferentAndListed() throws {
        var transcript = Transcript()
        transcript.printNamesOfSelfTests()
        let names = allSelfTests.map { "\($0.name)" }
        #expect(Set(names).count == names.count)
        #expect(transcript.text == names.map { "  \($0)\n" }.joined())
        for test in allSelfTests {
            #expect(try commandLine("test=\(test.name)").selfTests().chosen == test)
        }
    }
}
