import NaiveStack
import Paging
import SimulatedMachine
import TestSupport
import Testing

@testable import TemporaryMapping

// Random operations on a machine that takes every freedom, against a model; and memory that runs
// out at every point of a mapping.

private typealias Wanted = WhereItIsWanted<KeepingWindow<SimulatedProcessor>>

/// A machine at work beside a model of what it should be.
private struct Model: ~Copyable {
    var booted: BootedMachine
    var wanted: Wanted
    var window: KeepingWindow<SimulatedProcessor>
    var random: SplitMix64
    let total: Int
    let atBoot: Int
    /// Frames that the test owns, and the pages with their frames and labels.
    var held: [FrameNumber] = []
    var mapped: [VirtualAddress: (frame: FrameNumber, label: UInt64)] = [:]
    /// The entries above a page table that should lead to a table.
    var links: Set<[Int]> = []
    var nextLabel: UInt64 = 1

    init(seed: UInt64, frames: UInt64) throws {
        let booted = BootedMachine(.adversary(seed: seed), over: try map(of: frames))
        try booted.dropIdentityMap()
        self.init(booted, seed: seed, total: Int(frames))
    }

    private init(_ booted: consuming BootedMachine, seed: UInt64, total: Int) {
        self.total = total
        atBoot = total - booted.allocator.freeCount
        wanted = WhereItIsWanted(
            PageTables(root: booted.root, through: booted.keepingWindow(slot: 1)))
        window = booted.keepingWindow(slot: 2)
        random = SplitMix64(seed: seed)
        self.booted = booted
    }

    mutating func randomPage() -> VirtualAddress {
        VirtualAddress(
            pml4: 256 + random.number(below: 3), pageDirectoryPointer: random.number(below: 2),
            pageDirectory: random.number(below: 2), pageTable: random.number(below: 4))
    }

    /// The links on the way to a page.
    func way(to page: VirtualAddress) -> [[Int]] {
        let indices = [Level.pml4, .pageDirectoryPointerTable, .pageDirectory].map {
            page.index(at: $0)
        }
        return (1...3).map { Array(indices.prefix($0)) }
    }

    func missingTables(for page: VirtualAddress) -> Int {
        way(to: page).filter { !links.contains($0) }.count
    }

    var isConserved: Bool {
        booted.allocator.freeCount + held.count + mapped.count + links.count + atBoot == total
            && wanted.pages.spareCount == 0
    }

    mutating func label(_ page: VirtualAddress, _ frame: FrameNumber) throws {
        mapped[page] = (frame, nextLabel)
        try booted.processor.store(nextLabel, to: page.word(1))
        #expect(booted.machine.memory.load(word: 1, of: frame) == nextLabel)
        nextLabel += 1
    }

    mutating func step() throws {
        switch random.number(below: 7) {
        case 0: try pop()
        case 1: try push()
        case 2: try mapHeld()
        case 3: try unmap()
        case 4: try allocateInPlace()
        case 5: try freeInPlace()
        default:
            if let (page, expected) = mapped.randomElement(using: &random) {
                #expect(try booted.processor.load(from: page.word(1)) == expected.label)
                let translation = try wanted.pages.translate(page)
                #expect(translation.firstFrame == expected.frame)
            }
        }
    }

    mutating func pop() throws {
        let free = booted.allocator.freeCount
        let number = try booted.allocator.allocate(through: &window)?.relinquish()
        #expect((number == nil) == (free == 0))
        if let number {
            #expect(!held.contains(number))
            #expect(!mapped.values.contains { $0.frame == number })
            held.append(number)
        }
    }

    mutating func push() throws {
        if held.isEmpty { return }
        let number = held.remove(at: random.number(below: held.count))
        var frame: Frame? = Frame(claiming: number)
        try booted.allocator.free(&frame, through: &window)
        let isFreed = frame == nil
        #expect(isFreed)
    }

    mutating func mapHeld() throws {
        if held.isEmpty { return }
        let page = randomPage()
        let place = random.number(below: held.count)
        var frame: Frame? = Frame(claiming: held[place])
        let isPossible =
            mapped[page] == nil && booted.allocator.freeCount >= missingTables(for: page)
        do {
            try wanted.pages.map(
                &frame, at: page, tablesFrom: &booted.allocator, through: &window)
            let isMapped = frame == nil
            #expect(isPossible && isMapped)
            links.formUnion(way(to: page))
            try label(page, held.remove(at: place))
        } catch {
            #expect(!isPossible)
            #expect(frame.take()!.relinquish() == held[place])
        }
    }

    mutating func unmap() throws {
        let page = randomPage()
        do {
            let number = try wanted.pages.unmap(page).relinquish()
            #expect(mapped[page]?.frame == number)
            mapped[page] = nil
            held.append(number)
            #expect(throws: ProcessorFault.self) {
                try booted.processor.load(from: page)
            }
        } catch {
            #expect(mapped[page] == nil)
        }
    }

    mutating func allocateInPlace() throws {
        let page = randomPage()
        let isPossible =
            mapped[page] == nil && booted.allocator.freeCount > missingTables(for: page)
        let isOutOfFrames =
            mapped[page] == nil && booted.allocator.freeCount == missingTables(for: page)
        do {
            try wanted.allocate(at: page, from: &booted.allocator, tablesThrough: &window)
            #expect(isPossible)
            links.formUnion(way(to: page))
            let frame = try wanted.pages.translate(page).firstFrame
            #expect(!held.contains(frame))
            #expect(!mapped.values.contains { $0.frame == frame })
            try label(page, frame)
        } catch {
            #expect(!isPossible)
            // The last frames went into the tables on the way, which stay.
            if isOutOfFrames { links.formUnion(way(to: page)) }
        }
    }

    mutating func freeInPlace() throws {
        let page = randomPage()
        do {
            try wanted.free(at: page, to: &booted.allocator)
            #expect(mapped[page] != nil)
            mapped[page] = nil
            #expect(throws: ProcessorFault.self) {
                try booted.processor.load(from: page)
            }
        } catch {
            #expect(mapped[page] == nil)
        }
    }

    /// The links and pages in the upper half, read from memory itself.
    func audit() {
        var tables = 0
        var pages = 0
        func visit(_ table: FrameNumber, _ level: Level, _ indices: Range<Int>) {
            for index in indices {
                let entry = PageTableEntry(booted.machine.memory.load(word: index, of: table))
                // Far too many tables: what should have been empty leads anywhere.
                if !entry.isPresent || tables > total { continue }
                guard let below = level.below else {
                    pages += 1
                    continue
                }
                tables += 1
                visit(entry.frame, below, 0..<Frame.wordCount)
            }
        }
        visit(booted.root, .pml4, 256..<259)
        #expect(tables == links.count && pages == mapped.count)
    }
}

@Test(arguments: [UInt64](0..<4))
func randomOperationsAgreeWithTheModelAndConserveFrames(run: UInt64) throws {
    let seed = RandomRun.seed &+ run
    var model = try Model(seed: seed, frames: 25 + 15 * run)
    for step in 0..<RandomOperations.temporaryMapping.count(share: 4) {
        try model.step()
        guard model.isConserved else {
            Issue.record("frames lost at step \(step); \(RandomRun.advice)")
            return
        }
        if step % 512 == 0 { model.audit() }
    }
    model.audit()
}

@Test(arguments: [UInt64](0...4))
func runningOutOfMemoryWithinAMappingLosesNothing(free: UInt64) throws {
    var model = try Model(seed: RandomRun.seed, frames: 6 + free)
    try model.pop()
    let before = model.booted.allocator.freeCount
    #expect(before == Int(free))
    let page = VirtualAddress(pml4: 300)
    var frame: Frame? = Frame(claiming: model.held[0])
    do {
        try model.wanted.pages.map(
            &frame, at: page, tablesFrom: &model.booted.allocator, through: &model.window)
        let isMapped = frame == nil
        #expect(free >= 3 && isMapped)
        #expect(model.booted.allocator.freeCount == before - 3)
    } catch {
        guard case .outOfFrames = error.reason else { throw error }
        #expect(error.address == page && free < 3)
        #expect(frame.take()!.relinquish() == model.held[0])
        #expect(model.booted.allocator.freeCount == before)
        let entry = model.booted.machine.memory.load(word: 300, of: model.booted.root)
        #expect(entry == 0)
    }
    #expect(model.wanted.pages.spareCount == 0)
}
