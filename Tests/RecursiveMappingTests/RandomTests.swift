import MappingTestSupport
import NaiveStack
import Paging
import RecursiveMapping
import SimulatedMachine
import TemporaryMapping
import TestSupport
import Testing

// Random operations on a machine that takes every freedom, against the model that chapter 3 is
// held against as well.

private typealias Model = MappingModel<
    RecursiveTables<SimulatedProcessor>, KeepingWindow<SimulatedProcessor>
>

private func model(seed: UInt64, frames: UInt64) throws -> Model {
    let booted = BootedMachine(.adversary(seed: seed), over: try map(of: frames))
    let tables = RecursiveTables(
        through: booted.slot, clearingAt: BootedMachine.page(1), on: booted.processor)
    let window = booted.window(at: 2)
    let (machine, root) = (booted.machine, booted.root)
    return Model(
        machine, root: root, allocator: booted.allocator, reaching: tables, and: window,
        total: Int(frames), seed: seed)
}

@Test(arguments: [UInt64](0..<8))
func randomOperationsThroughTheSlotAgreeWithTheModel(run: UInt64) throws {
    var model = try model(seed: RandomRun.seed &+ run, frames: 25 + 8 * run)
    try model.run(RandomOperations.recursiveMapping.count(share: 8), removingTables: run > 0)
}

/// A processor that is stopped at its n-th access, and at each one after.
private struct StoppedProcessor: Processor {
    final class Countdown {
        var accesses = Int.max
    }

    let processor: SimulatedProcessor
    let countdown: Countdown

    private func pass(_ address: VirtualAddress) throws(ProcessorFault) {
        if countdown.accesses == 0 { throw .page(PageFault(address: address, code: [])) }
        countdown.accesses -= 1
    }

    func load(from address: VirtualAddress) throws(ProcessorFault) -> UInt64 {
        try pass(address)
        return try processor.load(from: address)
    }

    func store(_ value: UInt64, to address: VirtualAddress) throws(ProcessorFault) {
        try pass(address)
        try processor.store(value, to: address)
    }

    func invalidate(_ address: VirtualAddress) { processor.invalidate(address) }
    var tableBase: FrameNumber { processor.tableBase }
    func setTableBase(_ frame: FrameNumber) { processor.setTableBase(frame) }
}

/// One page that is mapped and unmapped on a processor that can be stopped.
private struct StoppedMapping: ~Copyable {
    let machine: SimulatedMachine
    let root: FrameNumber
    let countdown = StoppedProcessor.Countdown()
    var allocator: CursorAndStack
    var pages: PageTables<RecursiveTables<StoppedProcessor>>
    var window: KeepingWindow<StoppedProcessor>
    var frame: Frame?
    let free: Int
    let page = VirtualAddress(pml4: 300, pageTable: 7)

    static func prepared() throws -> StoppedMapping {
        var mapping = StoppedMapping(
            BootedMachine(.adversary(seed: RandomRun.seed), over: try map(of: 16)))
        try mapping.returnEveryFrame()
        mapping.frame = try mapping.allocator.allocate(through: &mapping.window)
        return mapping
    }

    /// Frames that come back carry links, so that giving and taking can be stopped as well.
    private mutating func returnEveryFrame() throws {
        var numbers: [FrameNumber] = []
        while let frame = try allocator.allocate(through: &window) {
            numbers.append(frame.relinquish())
        }
        for number in numbers {
            var frame: Frame? = Frame(claiming: number)
            try allocator.free(&frame, through: &window)
        }
    }

    private init(_ booted: consuming BootedMachine) {
        let processor = StoppedProcessor(processor: booted.processor, countdown: countdown)
        let tables = RecursiveTables(
            through: booted.slot, clearingAt: BootedMachine.page(1), on: processor)
        machine = booted.machine
        root = booted.root
        pages = PageTables(root: booted.root, through: tables)
        window = booted.slot.window(at: BootedMachine.page(2), on: processor)
        allocator = booted.allocator
        free = allocator.freeCount
    }

    mutating func mapPage() throws {
        try pages.map(&frame, at: page, tablesFrom: &allocator, through: &window)
    }

    mutating func removeTables() throws -> Int {
        try pages.removeEmptyTables(for: page, givingBackTo: &allocator, through: &window)
    }

    /// The tables below entry 300, and the frames behind pages, read from memory itself.
    func audit() -> (tables: Int, pages: Int) {
        var (table, tables) = (root, 0)
        for level in Level.allCases.reversed() {
            let entry = PageTableEntry(
                machine.memory.load(word: page.index(at: level), of: table))
            if !entry.isPresent { return (tables, 0) }
            if level == .pageTable { break }
            table = entry.frame
            tables += 1
        }
        return (tables, 1)
    }

    /// Whether each frame is in one place.
    var isConserved: Bool {
        let (tables, pages) = audit()
        let inHand = frame == nil ? 0 : 1
        return allocator.freeCount + tables + pages + inHand + self.pages.spareCount == free
    }

    mutating func letGo() throws {
        if frame != nil { try allocator.free(&frame, through: &window) }
    }
}

/// Stops at each access of the first 60, and then here and there, up to the end of what is done.
private func stops(of accesses: Int) -> [Int] {
    Array(0..<min(60, accesses)) + Array(stride(from: 60, to: accesses, by: 61))
        + Array(max(60, accesses - 8)..<max(60, accesses))
}

@Test func aFaultAnywhereWithinMapLosesNothing() throws {
    var whole = try StoppedMapping.prepared()
    whole.countdown.accesses = 100_000
    try whole.mapPage()
    let accesses = 100_000 - whole.countdown.accesses
    #expect(accesses > 3 * Frame.wordCount)
    for stop in stops(of: accesses) {
        var mapping = try StoppedMapping.prepared()
        mapping.countdown.accesses = stop
        #expect(throws: (any Error).self) { try mapping.mapPage() }
        var isConserved = mapping.isConserved
        #expect(isConserved, "stopped at access \(stop); \(RandomRun.advice)")

        // The processor recovers; the page can be mapped, and all of it be given back.
        mapping.countdown.accesses = .max
        try mapping.mapPage()
        mapping.frame = try mapping.pages.unmap(mapping.page)
        #expect(try mapping.removeTables() == 3)
        isConserved = mapping.isConserved
        #expect(isConserved)
        try mapping.letGo()
        #expect(mapping.allocator.freeCount == mapping.free)
    }
}

@Test func aFaultAnywhereWithinGivingTablesBackLosesNothing() throws {
    func emptied() throws -> StoppedMapping {
        var mapping = try StoppedMapping.prepared()
        try mapping.mapPage()
        mapping.frame = try mapping.pages.unmap(mapping.page)
        return mapping
    }
    var whole = try emptied()
    whole.countdown.accesses = 100_000
    #expect(try whole.removeTables() == 3)
    try whole.letGo()
    for stop in stops(of: 100_000 - whole.countdown.accesses) {
        var mapping = try emptied()
        mapping.countdown.accesses = stop
        _ = try? mapping.removeTables()
        var isConserved = mapping.isConserved
        #expect(isConserved, "stopped at access \(stop); \(RandomRun.advice)")

        mapping.countdown.accesses = .max
        _ = try mapping.removeTables()
        #expect(mapping.audit() == (0, 0) && mapping.pages.spareCount == 0)
        isConserved = mapping.isConserved
        #expect(isConserved)
        try mapping.letGo()
    }
}

@Test func mapRefusesWhatLeadsToATable() throws {
    var mapping = try StoppedMapping.prepared()
    try mapping.mapPage()
    let slot = RecursiveSlot(510)
    let places = [
        VirtualAddress(pml4: 510, pageDirectoryPointer: 300, pageTable: 9),
        VirtualAddress(pml4: 510, pageDirectoryPointer: 17, pageDirectory: 4),
        slot.table(for: mapping.page, at: .pageTable), slot.table(for: mapping.page, at: .pml4),
    ]
    mapping.frame = try mapping.allocator.allocate(through: &mapping.window)
    for place in places {
        func isRefused(_ body: () throws -> Void) -> Bool {
            do {
                try body()
                return false
            } catch let error as MappingError<ProcessorFault> {
                if case .leadsToATable = error.reason { return error.address == place }
                return false
            } catch {
                return false
            }
        }
        #expect(
            isRefused {
                try mapping.pages.map(
                    &mapping.frame, at: place, tablesFrom: &mapping.allocator,
                    through: &mapping.window)
            })
        #expect(isRefused { _ = try mapping.pages.unmap(place).relinquish() })
        #expect(
            isRefused {
                _ = try mapping.pages.removeEmptyTables(
                    for: place, givingBackTo: &mapping.allocator, through: &mapping.window)
            })
    }
    let isConserved = mapping.isConserved
    #expect(isConserved)
    try mapping.letGo()
}

@Test(arguments: [0, 1, 255, 510, 511])
func aTableWithOneEntryIsNotGivenBack(index: Int) throws {
    // At each level, a page beside which there is nothing but one that is mapped.
    let first = VirtualAddress(pml4: 300)
    let neighbours = [
        VirtualAddress(pml4: 300, pageTable: index),
        VirtualAddress(pml4: 300, pageDirectory: index),
        VirtualAddress(pml4: 300, pageDirectoryPointer: index),
    ]
    for (tables, neighbour) in neighbours.enumerated() {
        var booted = BootedMachine(over: try map(of: 16))
        var pages = booted.pages()
        var window = booted.window(at: 2)
        let free = booted.allocator.freeCount
        func remove(_ page: VirtualAddress) throws -> Int {
            var frame: Frame? = try pages.unmap(page)
            try booted.allocator.free(&frame, through: &window)
            return try pages.removeEmptyTables(
                for: page, givingBackTo: &booted.allocator, through: &window)
        }
        let other = index == 0 ? VirtualAddress(neighbour.rawValue + Frame.size) : first
        for page in [neighbour, other] {
            var frame = try booted.allocator.allocate(through: &window)
            try pages.map(&frame, at: page, tablesFrom: &booted.allocator, through: &window)
        }
        #expect(try remove(other) == (index == 0 ? 0 : tables))
        #expect(try pages.translate(neighbour).level == .pageTable)
        #expect(try remove(neighbour) == 3)
        #expect(booted.allocator.freeCount == free)
    }
}

@Test func anEmptyTableOfTheBootCodeIsNotGivenBack() throws {
    var booted = BootedMachine(over: try map(of: 16))
    let page = VirtualAddress(pml4: 300)
    let tables = (0..<3).map { _ in BootedMachine.frame(from: &booted.allocator) }
    var next = tables.makeIterator()
    booted.boot.map(page, to: FrameNumber(1)) { next.next()! }
    booted.machine.memory.store(0, word: 0, of: tables[2])
    var pages = booted.pages()
    var window = booted.window(at: 2)
    let free = booted.allocator.freeCount
    let removed = try pages.removeEmptyTables(
        for: page, givingBackTo: &booted.allocator, through: &window)
    #expect(removed == 0 && booted.allocator.freeCount == free)
}
