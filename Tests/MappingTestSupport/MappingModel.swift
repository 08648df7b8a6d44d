import NaiveStack
import Paging
import RecursiveMapping
import SimulatedMachine
import TemporaryMapping
import TestSupport
import Testing

/// A machine at work beside a model of what it should be: random operations, each checked, for any
/// way of reaching tables and any way of reaching free frames.
public struct MappingModel<Tables: TableAccess & ~Copyable, Access: FrameAccess & ~Copyable>:
    ~Copyable
where Tables.P == SimulatedProcessor, Access.Failure == ProcessorFault {
    public let machine: SimulatedMachine
    public var allocator: CursorAndStack
    public var wanted: WhereItIsWanted<Tables>
    /// How the allocator reaches frames.
    public var access: Access
    /// The frame of the PML4 table.
    public let root: FrameNumber
    private var random: SplitMix64
    private let total: Int
    private let atBoot: Int
    /// Frames that the test owns, and the pages with their frames and labels.
    public var held: [FrameNumber] = []
    private var mapped: [VirtualAddress: (frame: FrameNumber, label: UInt64)] = [:]
    /// The entries above a page table that should lead to a table.
    private var links: Set<[Int]> = []
    private var nextLabel: UInt64 = 1

    /// - Parameters:
    ///   - root: the frame of the PML4 table, with entries 256 to 258 empty.
    ///   - total: the frames of the memory map.
    public init(
        _ machine: SimulatedMachine, root: FrameNumber, allocator: consuming CursorAndStack,
        reaching tables: consuming Tables, and access: consuming Access, total: Int, seed: UInt64
    ) {
        self.machine = machine
        self.root = root
        self.total = total
        atBoot = total - allocator.freeCount
        wanted = WhereItIsWanted(PageTables(root: root, through: tables))
        random = SplitMix64(seed: seed)
        self.allocator = allocator
        self.access = access
    }

    private var processor: SimulatedProcessor { machine.processor(0) }

    private static func labelled(_ page: VirtualAddress) -> VirtualAddress {
        VirtualAddress(page.rawValue + 8)
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

    public var isConserved: Bool {
        allocator.freeCount + held.count + mapped.count + links.count + atBoot == total
            && wanted.pages.spareCount == 0
    }

    mutating func label(_ page: VirtualAddress, _ frame: FrameNumber) throws {
        mapped[page] = (frame, nextLabel)
        try processor.store(nextLabel, to: Self.labelled(page))
        #expect(machine.memory.load(word: 1, of: frame) == nextLabel)
        nextLabel += 1
    }

    public mutating func step(removingTables removesTables: Bool) throws {
        if removesTables && random.isOnce(in: 100) { return try removeTables() }
        switch random.number(below: 7) {
        case 0: try pop()
        case 1: try push()
        case 2: try mapHeld()
        case 3: try unmap()
        case 4: try allocateInPlace()
        case 5: try freeInPlace()
        default:
            if let (page, expected) = mapped.randomElement(using: &random) {
                #expect(try processor.load(from: Self.labelled(page)) == expected.label)
                let translation = try wanted.pages.translate(page)
                #expect(translation.firstFrame == expected.frame)
            }
        }
    }

    public mutating func pop() throws {
        let free = allocator.freeCount
        let number = try allocator.allocate(through: &access)?.relinquish()
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
        try allocator.free(&frame, through: &access)
        let isFreed = frame == nil
        #expect(isFreed)
    }

    mutating func mapHeld() throws {
        if held.isEmpty { return }
        let page = randomPage()
        let place = random.number(below: held.count)
        var frame: Frame? = Frame(claiming: held[place])
        let isPossible =
            mapped[page] == nil && allocator.freeCount >= missingTables(for: page)
        do {
            try wanted.pages.map(
                &frame, at: page, tablesFrom: &allocator, through: &access)
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
                try processor.load(from: page)
            }
        } catch {
            #expect(mapped[page] == nil)
        }
    }

    mutating func allocateInPlace() throws {
        let page = randomPage()
        let isPossible =
            mapped[page] == nil && allocator.freeCount > missingTables(for: page)
        let isOutOfFrames =
            mapped[page] == nil && allocator.freeCount == missingTables(for: page)
        do {
            try wanted.allocate(at: page, from: &allocator, tablesThrough: &access)
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
            try wanted.free(at: page, to: &allocator)
            #expect(mapped[page] != nil)
            mapped[page] = nil
            #expect(throws: ProcessorFault.self) {
                try processor.load(from: page)
            }
        } catch {
            #expect(mapped[page] == nil)
        }
    }

    /// Removes empty tables on the way to some page.
    mutating func removeTables() throws {
        let page = randomPage()
        let expected = emptyTables(for: page)
        let free = allocator.freeCount
        let count = try wanted.pages.removeEmptyTables(
            for: page, givingBackTo: &allocator, through: &access)
        #expect(count == expected.count && allocator.freeCount == free + count)
        links.subtract(expected)
    }

    /// The links to tables that are empty or become so, from the lowest.
    func emptyTables(for page: VirtualAddress) -> [[Int]] {
        var empty: [[Int]] = []
        for link in way(to: page).reversed() where links.contains(link) {
            let below = links.filter { $0.count == link.count + 1 && $0.starts(with: link) }
            let hasPages = mapped.keys.contains { way(to: $0).last == link }
            if hasPages || !below.isSubset(of: empty) { break }
            empty.append(link)
        }
        return empty
    }

    /// The links and pages in the upper half, read from memory itself.
    public func audit() {
        var tables = 0
        var pages = 0
        func visit(_ table: FrameNumber, _ level: Level, _ indices: Range<Int>) {
            for index in indices {
                let entry = PageTableEntry(machine.memory.load(word: index, of: table))
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
        visit(root, .pml4, 256..<259)
        #expect(tables == links.count && pages == mapped.count)
    }
}

extension MappingModel where Tables: ~Copyable, Access: ~Copyable {
    /// So many random operations; frames are counted after each.
    public mutating func run(_ count: Int, removingTables: Bool) throws {
        for step in 0..<count {
            try self.step(removingTables: removingTables)
            guard isConserved else {
                Issue.record("frames lost at step \(step); \(RandomRun.advice)")
                return
            }
            if step % 512 == 0 { audit() }
        }
        audit()
    }
}
