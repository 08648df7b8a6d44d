import NaiveStack
import Paging
import SimulatedMachine
import TemporaryMapping
import TestSupport
import Testing

@testable import DirectMap

// The builder against a model that is written without it: for each frame, what a walk must find.

/// The largest page that may hold a frame: all its frames are usable, and the size is allowed.
private func modelLevel(of frame: UInt64, in map: MemoryMap, largest: Level) -> Level? {
    guard
        let range = (0..<map.count).map({ map[$0] }).first(where: {
            $0.contains(FrameNumber(frame))
        })
    else { return nil }
    var best: Level?
    for level in [Level.pageTable, .pageDirectory, .pageDirectoryPointerTable]
    where level <= largest {
        let size = UInt64(1) << UInt64(9 * (level.rawValue - 1))
        let first = frame - frame % size
        if first >= range.lowerBound.rawValue && first + size <= range.upperBound.rawValue {
            best = level
        }
    }
    return best
}

/// Where to look: the edges of every range and of every large page near them, and some between.
private func probes(
    of map: MemoryMap, upTo end: UInt64, _ random: inout SplitMix64
) -> Set<UInt64> {
    var probes: Set<UInt64> = []
    func add(around frame: UInt64) {
        for place in frame &- 2...frame &+ 2 where place < end { probes.insert(place) }
    }
    for index in 0..<map.count {
        for edge in [map[index].lowerBound.rawValue, map[index].upperBound.rawValue] {
            if edge >= 2 { add(around: edge) }
            for size in [512, 512 * 512, 512 * 512 * 512] as [UInt64] {
                for neighbour in [edge / size, edge / size + 1] where neighbour > 0 {
                    add(around: neighbour * size)
                }
            }
        }
        for _ in 0..<20 {
            probes.insert(
                .random(
                    in: map[index].lowerBound.rawValue..<map[index].upperBound.rawValue,
                    using: &random))
        }
    }
    for _ in 0..<50 { probes.insert(.random(in: 0..<end, using: &random)) }
    return probes
}

/// The tables and pages that really stand in memory below a table, each table once.
private struct Census {
    var tables: Set<FrameNumber> = []
    var mappedFrames: UInt64 = 0
    var isEachTableOnce = true
    /// Whether no entry, of whatever level, allows anything to programs.
    var isTheKernelsAlone = true

    init(of root: FrameNumber, _ entries: Range<Int>, in machine: SimulatedMachine) {
        visit(root, .pml4, entries, machine)
    }

    private mutating func visit(
        _ table: FrameNumber, _ level: Level, _ entries: Range<Int>, _ machine: SimulatedMachine
    ) {
        for index in entries {
            let entry = PageTableEntry(machine.memory.load(word: index, of: table))
            if !entry.isPresent { continue }
            if entry.flags.contains(.user) { isTheKernelsAlone = false }
            guard let below = level.below, !entry.mapsPage(at: level) else {
                mappedFrames += level.bytesPerEntry / Frame.size
                continue
            }
            if !tables.insert(entry.frame).inserted { isEachTableOnce = false }
            visit(entry.frame, below, 0..<Frame.wordCount, machine)
        }
    }
}

/// Compares the direct map of a machine with the model.
private func compare(
    _ booted: borrowing BootedMachine, tables: Int, largest: Level,
    _ random: inout SplitMix64
) throws {
    let (map, region) = (booted.map, booted.region)
    let census = Census(of: booted.root, region.entries, in: booted.machine)
    #expect(census.isEachTableOnce && census.isTheKernelsAlone)
    #expect(census.tables.count == tables)
    #expect(census.mappedFrames == UInt64(map.frameCount))
    for frame in probes(of: map, upTo: region.end.rawValue, &random) {
        let address = VirtualAddress(0xffff_8000_0000_0000 + frame * 4096 + 8)
        var walk = try Walk(to: address, from: booted.root)
        let ending = walk.finish(through: &booted.machine.memory)
        let expected = modelLevel(of: frame, in: map, largest: largest)
        // The first difference says enough.
        guard case .page(let page) = ending, let expected else {
            if ending == .notPresent && expected == nil { continue }
            Issue.record("frame \(frame) is mapped or not, wrongly; \(RandomRun.advice)")
            return
        }
        let isRight =
            page.physicalAddress(of: address).rawValue == frame * 4096 + 8
            && page.level == expected && page.rights == [.writable] && !page.isGlobal
        if !isRight {
            Issue.record("frame \(frame): \(page); \(RandomRun.advice)")
            return
        }
    }
}

private let sizes: [Level] = [.pageTable, .pageDirectory, .pageDirectoryPointerTable]

/// Ranges with edges that fall on, beside and between the edges of large pages.
private func randomMap(_ random: inout SplitMix64, upTo limit: UInt64) throws -> MemoryMap {
    var entries = [MemoryMapEntry(start: 1 << 20, length: 7 << 20, kind: .usable)]
    for _ in 0..<random.number(below: 8) {
        let unit: UInt64 = [4096, 1 << 21, 1 << 30][random.number(below: 3)]
        func place(below limit: UInt64) -> UInt64 {
            let place = UInt64.random(in: 0..<limit, using: &random) / unit * unit
            return random.isOnce(in: 2) ? place : place + UInt64(random.number(below: 3)) * 4096
        }
        entries.append(
            MemoryMapEntry(
                start: place(below: limit), length: 1 + place(below: limit / 4),
                kind: random.isOnce(in: 3) ? .reserved : .usable))
    }
    return try MemoryMap(cleaning: entries.span)
}

@Test(arguments: sizes)
func theBuilderAgreesWithTheModelOnRandomMaps(largest: Level) throws {
    var random = SplitMix64(seed: RandomRun.seed)
    let limit: UInt64 = largest == .pageTable ? 1 << 26 : 1 << 40
    for _ in 0..<RandomRun.iterations(largest == .pageTable ? 500 : 1250) / 50 {
        let map = try randomMap(&random, upTo: limit)
        if map.frameCount < 2500 { continue }
        var booted = BootedMachine(over: map)
        let free = booted.allocator.freeCount
        let plan = DirectMapPlan(in: booted.region, largestPage: largest)
        let counted = plan.tableCount(for: map)
        let before = booted.processor.counters
        if counted > free || counted > 300 { continue }
        let tables = try booted.makeDirectMap(largestPage: largest)
        #expect(tables == counted && booted.allocator.freeCount == free - counted)
        #expect((booted.processor.counters - before).faults == 0)
        try compare(booted, tables: tables, largest: largest, &random)
    }
}

@Test(arguments: [64 << 30, 1 << 40] as [UInt64])
func largeMachinesAgreeWithTheModel(size: UInt64) throws {
    var random = SplitMix64(seed: RandomRun.seed)
    let ranges = try map(of: 0..<0x9f000, 0x10_0000..<0xbfe0_0000, 0x1_0000_0000..<size + 0x4_3000)
    var booted = BootedMachine(over: ranges)
    let tables = try booted.makeDirectMap()
    try compare(booted, tables: tables, largest: .pageDirectoryPointerTable, &random)
}

/// Counting skips what is alike; making does not.
@Test(arguments: sizes)
func countedTablesAreTheTablesThatAreMadeUpToAGibibyte(largest: Level) throws {
    for size in [64 << 20, 256 << 20, 1 << 30] as [UInt64] {
        let ranges = try map(of: 0x1000..<0x9f000, 0x10_0000..<size / 2, size / 2 + 0x3000..<size)
        let plan = DirectMapPlan(
            in: DirectMapRegion(entries: 256..<257), largestPage: largest, isGlobal: true)
        var allocator = CursorAndStack(over: ranges)
        let free = allocator.freeCount
        var builder = DirectMapBuilder(
            plan, under: FrameNumber(1 << 30), through: SparseMemory())
        for word in 0..<Frame.wordCount { builder.access.store(0, word: word, of: builder.root) }
        try builder.build(for: ranges, tablesFrom: &allocator)
        #expect(builder.tableCount == plan.tableCount(for: ranges))
        #expect(free - allocator.freeCount == builder.tableCount)
        #expect(builder.spareCount == 0)
        let last = plan.region.page(of: FrameNumber(size / Frame.size - 1))
        var walk = try Walk(to: last, from: builder.root)
        guard case .page(let page) = walk.finish(through: &builder.access) else {
            Issue.record("the last frame is not mapped")
            continue
        }
        #expect(page.isGlobal)
    }
}

/// The table memory of a machine whose memory begins at 0, by another formula.
@Test func countingAgreesWithDivision() throws {
    for shift in 26...46 as ClosedRange<UInt64> {
        let ranges = try map(of: 0..<1 << shift)
        func divided(_ unit: UInt64) -> Int { Int(((1 << shift) + unit - 1) >> 0) / Int(unit) }
        let upper = divided(1 << 39)
        let directories = divided(1 << 30)
        let pageTables = divided(1 << 21)
        func count(_ level: Level) -> Int {
            DirectMapPlan(in: DirectMapRegion(entries: 256..<384), largestPage: level)
                .tableCount(for: ranges)
        }
        #expect(count(.pageTable) == upper + directories + pageTables)
        #expect(count(.pageDirectory) == upper + directories)
        #expect(count(.pageDirectoryPointerTable) == upper + (shift < 30 ? 1 : 0))
    }
}
