import NaiveStack
import Paging
import SimulatedMachine
import TemporaryMapping
import TestSupport
import Testing

@testable import DirectMap

// What can go wrong while a direct map is made, at every point where it can.

/// Memory that stops answering after so many accesses.
private struct FailingMemory: FrameAccess {
    struct Fault: Error, Equatable {}

    var memory = SparseMemory()
    /// How many accesses succeed before one fails; nil for all of them.
    var accessesLeft: Int?
    /// Whether it goes on failing.
    var failsForGood = false

    private mutating func access() throws(Fault) {
        guard let left = accessesLeft else { return }
        if left > 0 {
            accessesLeft = left - 1
        } else {
            if !failsForGood { accessesLeft = nil }
            throw Fault()
        }
    }

    mutating func load(word: Int, of frame: FrameNumber) throws(Fault) -> UInt64 {
        try access()
        return memory.load(word: word, of: frame)
    }

    mutating func store(_ value: UInt64, word: Int, of frame: FrameNumber) throws(Fault) {
        try access()
        memory.store(value, word: word, of: frame)
    }

    /// The frames of the tables below the PML4 table; a frame found twice is counted twice.
    func tables(under root: FrameNumber) -> Int {
        func count(_ table: FrameNumber, _ level: Level) -> Int {
            (0..<Frame.wordCount).reduce(0) { sum, word in
                let entry = PageTableEntry(memory.load(word: word, of: table))
                guard entry.isPresent, let below = level.below, !entry.mapsPage(at: level)
                else { return sum }
                return sum + 1 + count(entry.frame, below)
            }
        }
        return count(root, .pml4)
    }
}

private let root = FrameNumber(1 << 20)
private let region = DirectMapRegion(entries: 300..<302)

private func builder(
    largestPage: Level = .pageDirectoryPointerTable
) -> DirectMapBuilder<FailingMemory> {
    var memory = FailingMemory()
    for word in 0..<Frame.wordCount { memory.memory.store(0, word: word, of: root) }
    let plan = DirectMapPlan(in: region, largestPage: largestPage)
    return DirectMapBuilder(plan, under: root, through: memory)
}

/// Some free frames that are on the stack, so that taking them needs the access.
private func allocator(
    over map: MemoryMap, returning count: Int, through memory: inout FailingMemory
) throws -> CursorAndStack {
    var allocator = CursorAndStack(over: map)
    for number in try (0..<count).map({ _ in
        try allocator.allocate(through: &memory)!.relinquish()
    }) {
        var frame: Frame? = Frame(claiming: number)
        try allocator.free(&frame, through: &memory)
    }
    return allocator
}

@Test(arguments: [false, true])
func whereverTheMemoryFailsNoFrameIsLost(failsForGood: Bool) throws {
    let usable = try map(of: 0x10_0000..<0x10_8000, 0x20_0000..<0x40_0000)
    var isMade = false
    var accesses = 0
    while !isMade {
        var builder = builder()
        var allocator = try allocator(over: usable, returning: 3, through: &builder.access)
        let total = allocator.freeCount
        builder.access.accessesLeft = accesses
        builder.access.failsForGood = failsForGood
        do {
            try builder.build(for: usable, tablesFrom: &allocator)
            isMade = true
        } catch {
            guard case .fault = error else { throw error }
        }
        let linked = builder.access.tables(under: root)
        #expect(
            allocator.freeCount + builder.spareCount + linked == total,
            "access \(accesses) failed")
        if !failsForGood { #expect(builder.spareCount == 0, "access \(accesses) failed") }

        // The memory answers again: what was kept goes back, whatever else happens.
        builder.access.accessesLeft = nil
        try? builder.build(for: usable, tablesFrom: &allocator)
        #expect(builder.spareCount == 0)
        #expect(allocator.freeCount + builder.access.tables(under: root) == total)
        accesses += accesses < 60 ? 1 : 37
    }
    #expect(accesses > 1000)
}

@Test(arguments: [Level.pageTable, .pageDirectory])
func withTooFewFramesNothingHasChanged(largest: Level) throws {
    // Two ranges, in two directories.
    let usable = try map(of: 0x3fe0_0000..<0x3ffe_0000, 0x4000_0000..<0x4020_0000)
    let plan = DirectMapPlan(in: region, largestPage: largest)
    let needed = plan.tableCount(for: usable)
    #expect(needed == (largest == .pageTable ? 5 : 4))
    for available in 0...needed {
        var builder = builder(largestPage: largest)
        let start: UInt64 = 0x10_0000
        let few = try map(of: start..<start + UInt64(available + 1) * Frame.size)
        var allocator = CursorAndStack(over: few)
        // One frame is held, so that a source with no frames at all can be had.
        let held = try allocator.allocate(through: &builder.access)!.relinquish()
        #expect(held == FrameNumber(0x100))
        do {
            try builder.build(for: usable, tablesFrom: &allocator)
            #expect(available == needed && allocator.freeCount == 0)
            #expect(builder.tableCount == needed)
        } catch {
            guard case .outOfFrames(let asked, let found) = error else { throw error }
            #expect(asked == needed && found == available && available < needed)
            #expect(allocator.freeCount == available && builder.spareCount == 0)
            #expect(builder.access.tables(under: root) == 0 && builder.tableCount == 0)
        }
    }
}

@Test func question11MemoryBeyondTheRegionIsRefusedByItsAddress() throws {
    // Two entries of the PML4 table have room for 1 TiB.
    for (end, beyond) in [
        (1 << 40, nil), ((1 << 40) + 0x1000, 1 << 40), (1 << 41, 1 << 40),
    ] as [(UInt64, UInt64?)] {
        let usable = try map(of: 0x10_0000..<end)
        var builder = builder()
        var allocator = CursorAndStack(over: usable)
        let total = allocator.freeCount
        do {
            try builder.build(for: usable, tablesFrom: &allocator)
            #expect(beyond == nil)
        } catch {
            guard case .beyondRegion(let address) = error else { throw error }
            #expect(address.rawValue == beyond)
            #expect(allocator.freeCount == total)
            #expect(builder.access.tables(under: root) == 0)
        }
    }
    // A range that lies beyond as a whole is named by its first address.
    let usable = try map(of: 0x10_0000..<0x20_0000, 1 << 42..<(1 << 42) + 0x1000)
    var builder = builder()
    var allocator = CursorAndStack(over: usable)
    do {
        try builder.build(for: usable, tablesFrom: &allocator)
        Issue.record("a direct map was made for memory beyond it")
    } catch {
        guard case .beyondRegion(let address) = error else { throw error }
        #expect(address.rawValue == 1 << 42)
    }
}

@Test func whatIsMappedAlreadyIsNotTouched() throws {
    let usable = try map(of: 0x10_0000..<0x20_0000)
    for entry in 299...302 {
        var builder = builder()
        let old = PageTableEntry(FrameNumber(7), [.present, .writable])
        builder.access.memory.store(old.rawValue, word: entry, of: root)
        var allocator = CursorAndStack(over: usable)
        let total = allocator.freeCount
        do {
            try builder.build(for: usable, tablesFrom: &allocator)
            #expect(!region.entries.contains(entry))
        } catch {
            guard case .alreadyMapped(let address) = error else { throw error }
            #expect(address == VirtualAddress(pml4: entry) && region.entries.contains(entry))
            #expect(allocator.freeCount == total)
            let entries = (0..<Frame.wordCount).filter {
                PageTableEntry(builder.access.memory.load(word: $0, of: root)).isPresent
            }
            #expect(entries == [entry])
        }
        #expect(builder.access.memory.load(word: entry, of: root) == old.rawValue)
    }
}

/// Frames that were tables before are full of entries, and a machine that guesses follows any.
@Test(arguments: [UInt64](0..<30))
func noOldEntryIsEverFollowed(seed: UInt64) throws {
    let usable = try map(of: 0x10_0000..<0x60_0000)
    var booted = BootedMachine(.adversary(seed: seed), over: usable)
    // An entry that maps a page in a table of any level.
    let foreign = PageTableEntry(FrameNumber(1 << 18), [.present, .writable, .large])
    for frame in 0x105..<0x110 as Range<UInt64> {
        for word in 0..<Frame.wordCount {
            booted.machine.memory.store(foreign.rawValue, word: word, of: FrameNumber(frame))
        }
    }
    var followed = 0
    booted.machine.onEvent = { _, event in
        if case .tableLoad(let step) = event, step.entry.frame == foreign.frame { followed += 1 }
    }
    #expect(try booted.makeDirectMap(largestPage: .pageTable) == 5)
    for frame in 0x100..<0x600 as Range<UInt64> {
        let page = booted.region.page(of: FrameNumber(frame))
        _ = try booted.processor.load(from: page)
        let remembered = booted.processor.rememberedTranslation(of: page)
        #expect(remembered.map { $0.firstFrame == FrameNumber(frame) } ?? true)
    }
    for frame in [0xff, 0x600, 0x601, 0x7ff] as [UInt64] {
        #expect(throws: ProcessorFault.self) {
            try booted.processor.load(from: booted.region.page(of: FrameNumber(frame)))
        }
    }
    #expect(followed == 0)
}
