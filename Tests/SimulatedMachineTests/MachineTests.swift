import NaiveStack
import Paging
import TestSupport
import Testing

@testable import SimulatedMachine

// The rules of the machine, beside the examples in Chapters/A1-simulated-machine.md.

@Test func sparseMemoryIsMemory() {
    var random = SplitMix64(seed: RandomRun.seed)
    var memory = SparseMemory()
    var model: [UInt64: UInt64] = [:]
    let regions: [UInt64] = [0, 1 << 18, (1 << 28) - 8, FrameNumber.limit - 8]
    for iteration in 0..<RandomOperations.sparseMemory.count() {
        let frame =
            regions.randomElement(using: &random)! + UInt64.random(in: 0..<8, using: &random)
        let word = Int.random(in: 0..<512, using: &random)
        let key = frame * 512 + UInt64(word)
        if Bool.random(using: &random) {
            let value = random.next()
            memory.store(value, word: word, of: FrameNumber(frame))
            model[key] = value
        }
        let found = memory.load(word: word, of: FrameNumber(frame))
        guard found == model[key, default: SparseMemory.junk] else {
            Issue.record("seed \(RandomRun.seed), iteration \(iteration)")
            return
        }
    }
}

@Test(arguments: [(Level.pageTable, 4), (.pageDirectory, 3), (.pageDirectoryPointerTable, 2)])
func aWalkReadsOneEntryALevel(level: Level, count: Int) throws {
    let bench = Bench()
    let frame = level.bytesPerEntry / Frame.size * 5
    bench.map(0xffff_8000_0000_0000, to: frame, at: level)
    let offset = level.bytesPerEntry - 8
    let last = FrameNumber(frame + offset / Frame.size)
    bench.machine.memory.store(77, word: 511, of: last)
    let before = bench.processor.counters
    #expect(bench.processor.word(at: 0xffff_8000_0000_0000 + offset) == 77)
    #expect(bench.processor.word(at: 0xffff_8000_0000_0000 + offset) == 77)
    var expected = Counters()
    expected.loads = 2
    expected.misses = 1
    expected.hits = 1
    expected.tableLoads = count
    expected.tableStores = count
    #expect(bench.processor.counters - before == expected)
}

@Test func theWalkMarksWhatItUses() throws {
    let bench = Bench()
    let page: UInt64 = 0x40_0000
    bench.map(page, to: 7)
    for level in Level.allCases {
        #expect(!bench.entry(of: page, at: level).flags.contains(.accessed))
    }
    _ = bench.processor.word(at: page)
    for level in Level.allCases {
        #expect(bench.entry(of: page, at: level).flags.contains(.accessed))
    }
    #expect(!bench.entry(of: page).flags.contains(.dirty))

    // The first write needs a walk although the page is remembered, the second does not.
    let before = bench.processor.counters
    try bench.processor.store(1, to: VirtualAddress(page))
    try bench.processor.store(2, to: VirtualAddress(page))
    #expect(bench.entry(of: page).flags.contains(.dirty))
    for level in Level.allCases where level != .pageTable {
        #expect(!bench.entry(of: page, at: level).flags.contains(.dirty))
    }
    let difference = bench.processor.counters - before
    #expect(difference.misses == 1 && difference.hits == 1 && difference.tableStores == 1)
}

@Test func aFaultingWalkMarksTheEntriesAboveAndNotTheOneThatStopsIt() {
    let bench = Bench()
    bench.map(0x1000, to: 7, [.present])
    #expect(bench.processor.code(.read, at: 0x2000) == 0)
    #expect(bench.entry(of: 0x2000, at: .pageDirectory).flags.contains(.accessed))
    #expect(bench.entry(of: 0x2000) == .empty)
    #expect(bench.processor.code(.write, at: 0x1000) == 3)
    #expect(bench.entry(of: 0x1000) == PageTableEntry(FrameNumber(7), .present))
}

@Test func everyFaultCodeComesFromTheMachine() {
    let bench = Bench()
    let kernel: UInt64 = 0x1000
    let user: UInt64 = 0x2000
    let noExecute: UInt64 = 0x3000
    let reserved: UInt64 = 0x20_0000
    let absent: UInt64 = 0x5000
    bench.map(kernel, to: 7, [.present])
    bench.map(user, to: 8, [.present, .writable, .user])
    bench.map(noExecute, to: 9, [.present, .user, .noExecute])
    bench.map(reserved, to: 0x200, at: .pageDirectory)
    bench.set(PageTableEntry(0x20_2083), of: reserved, at: .pageDirectory)
    let expected: [(UInt64, MemoryAccess.Kind, Bool, UInt32?)] = [
        (absent, .read, false, 0), (absent, .write, false, 2), (absent, .fetch, false, 16),
        (absent, .read, true, 4), (absent, .write, true, 6), (absent, .fetch, true, 20),
        (kernel, .read, false, nil), (kernel, .write, false, 3), (kernel, .fetch, false, nil),
        (kernel, .read, true, 5), (kernel, .write, true, 7), (kernel, .fetch, true, 21),
        (user, .read, false, nil), (user, .write, false, nil), (user, .fetch, false, nil),
        (user, .read, true, nil), (user, .write, true, nil), (user, .fetch, true, nil),
        (noExecute, .read, true, nil), (noExecute, .write, true, 7),
        (noExecute, .fetch, true, 21), (noExecute, .fetch, false, 17),
        (reserved, .read, false, 9), (reserved, .write, false, 11),
        (reserved, .fetch, false, 25), (reserved, .read, true, 13),
        (reserved, .write, true, 15), (reserved, .fetch, true, 29),
    ]
    // Twice: by a walk, and from what is remembered.
    for _ in 0..<2 {
        for (page, kind, byUser, code) in expected {
            #expect(
                bench.processor.code(kind, byUser: byUser, at: page) == code,
                "\(kind) \(byUser) at \(page)")
        }
    }
}

@Test(arguments: [32, 46, 51, 52])
func framesBeyondThePhysicalAddressAreReserved(bits: Int) {
    var configuration = SimulatedMachine.Configuration()
    configuration.physicalAddressBits = bits
    let bench = Bench(configuration)
    bench.map(0x1000, to: (1 << (UInt64(bits) - 12)) - 1)
    #expect(bench.processor.code(.read, at: 0x1000) == nil)
    if bits == 52 { return }
    bench.map(0x2000, to: 1 << (UInt64(bits) - 12))
    #expect(bench.processor.code(.read, at: 0x2000) == 9)
}

@Test func anAddressThatIsNotCanonicalIsNoPageFault() {
    let bench = Bench()
    for address: UInt64 in [0x0000_8000_0000_0000, 0xffff_7fff_ffff_fff8, 1 << 63] {
        let virtual = VirtualAddress(address)
        let before = bench.processor.counters
        #expect(throws: ProcessorFault.address(AddressFault(address: virtual))) {
            try bench.processor.load(from: virtual)
        }
        var expected = Counters()
        expected.faults = 1
        #expect(bench.processor.counters - before == expected)
    }
}

@Test func theEventsAreTheCounters() throws {
    let bench = Bench()
    bench.map(0x1000, to: 7)
    bench.map(0x2000, to: 8, [.present])
    var events = Counters()
    bench.machine.onEvent = { _, event in
        switch event {
        case .access(let access, _, _, _):
            switch access.kind {
            case .read: events.loads += 1
            case .write: events.stores += 1
            case .fetch: events.fetches += 1
            }
        case .tableLoad: events.tableLoads += 1
        case .tableStore: events.tableStores += 1
        case .invalidation: events.invalidations += 1
        case .baseLoad: events.baseLoads += 1
        case .fault: events.faults += 1
        case .speculation: events.speculations += 1
        }
    }
    let before = bench.processor.counters
    for page: UInt64 in [0x1000, 0x2000, 0x3000, 0x1000] {
        for kind in [MemoryAccess.Kind.read, .write, .fetch] {
            _ = bench.processor.code(kind, at: page)
        }
        bench.processor.invalidate(page)
    }
    bench.processor.setTableBase(bench.tables.root)
    var counted = bench.processor.counters - before
    #expect(
        counted.hits + counted.misses
            == counted.loads + counted.stores + counted.fetches + counted.faults)
    counted.hits = 0
    counted.misses = 0
    #expect(counted == events)
    #expect(counted.faults == 4)
}
