import NaiveStack
import Paging
import SimulatedMachine
import Testing

@testable import TemporaryMapping

// A processor fault at each access in turn: nothing is lost, and nothing is in two places.

/// Which accesses fault; all copies of a processor share it.
private final class Schedule {
    var accesses = 0
    var faulty: Range<Int>?
}

/// The simulated processor, but for the accesses that its schedule lets fail.
private struct FaultingProcessor: Processor {
    let base: SimulatedProcessor
    let schedule = Schedule()

    private func pass(_ kind: MemoryAccess.Kind, _ address: VirtualAddress) throws(ProcessorFault) {
        defer { schedule.accesses += 1 }
        guard schedule.faulty?.contains(schedule.accesses) == true else { return }
        throw .page(PageFault(address: address, code: MemoryAccess(kind).code))
    }

    func load(from address: VirtualAddress) throws(ProcessorFault) -> UInt64 {
        try pass(.read, address)
        return try base.load(from: address)
    }

    func store(_ value: UInt64, to address: VirtualAddress) throws(ProcessorFault) {
        try pass(.write, address)
        try base.store(value, to: address)
    }

    func invalidate(_ address: VirtualAddress) { base.invalidate(address) }
    var tableBase: FrameNumber { base.tableBase }
    func setTableBase(_ frame: FrameNumber) { base.setTableBase(frame) }
}

/// What is tried, at one page.
private enum Operation: CaseIterable {
    case map, unmap, allocateInPlace, freeInPlace
}

/// A machine with one page that is mapped or not, and one frame that is held or not.
private struct Scene: ~Copyable {
    private var booted: BootedMachine
    private let processor: FaultingProcessor
    private var wanted: WhereItIsWanted<KeepingWindow<FaultingProcessor>>
    private var window: KeepingWindow<FaultingProcessor>
    private var held: FrameNumber?
    private var isMapped = false
    private let page = VirtualAddress(pml4: 256)
    private let total: Int
    /// Which frame is held or mapped.
    private var number: FrameNumber?

    private init(_ booted: consuming BootedMachine) {
        total = booted.allocator.freeCount
        processor = FaultingProcessor(base: booted.processor)
        window = KeepingWindow(slot: 2, of: booted.windows, on: processor)
        wanted = WhereItIsWanted(
            PageTables(
                root: booted.root,
                through: KeepingWindow(slot: 1, of: booted.windows, on: processor)))
        self.booted = booted
    }

    /// - Parameters:
    ///   - sharedTables: how many of the page's three tables other pages use already.
    ///   - sparesWait: whether three spare frames could not be given back; then the stack is empty.
    static func prepared(
        for operation: Operation, sharedTables: Int, sparesWait: Bool
    ) throws -> Scene {
        var scene = Scene(BootedMachine(over: try map(of: 32)))
        // A neighbour that needs as many of the tables.
        if sharedTables > 0 {
            let neighbour = VirtualAddress(
                pml4: 256, pageDirectoryPointer: sharedTables == 1 ? 1 : 0,
                pageDirectory: sharedTables == 2 ? 1 : 0, pageTable: sharedTables == 3 ? 1 : 0)
            try scene.wanted.allocate(
                at: neighbour, from: &scene.booted.allocator, tablesThrough: &scene.window)
            try scene.wanted.free(at: neighbour, to: &scene.booted.allocator)
        }
        if sparesWait { scene.makeSparesWait() } else { try scene.fillStack() }
        switch operation {
        case .map:
            scene.held = try scene.take()
            scene.number = scene.held
        case .allocateInPlace: break
        case .unmap, .freeInPlace: try scene.perform(.allocateInPlace)
        }
        return scene
    }

    /// Tables shall come from the stack, which reads a link for each.
    private mutating func fillStack() throws {
        for number in try (0..<5).map({ _ in try take()! }) {
            var frame: Frame? = Frame(claiming: number)
            try booted.allocator.free(&frame, through: &window)
        }
    }

    /// Takes frames for three tables, and can neither make these nor give the frames back.
    private mutating func makeSparesWait() {
        var access = 0
        while wanted.pages.spareCount < 3 {
            fail(access..<(.max))
            try? wanted.allocate(
                at: VirtualAddress(pml4: 257), from: &booted.allocator, tablesThrough: &window)
            access += 1
        }
        fail(nil)
    }

    private mutating func take() throws -> FrameNumber? {
        try booted.allocator.allocate(through: &window)?.relinquish()
    }

    mutating func perform(_ operation: Operation) throws(MappingError<ProcessorFault>) {
        switch operation {
        case .map:
            var frame: Frame? = Frame(claiming: held!)
            defer { held = frame.take()?.relinquish() }
            try wanted.pages.map(
                &frame, at: page, tablesFrom: &booted.allocator, through: &window)
            isMapped = true
        case .unmap:
            held = try wanted.pages.unmap(page).relinquish()
            isMapped = false
        case .allocateInPlace:
            try wanted.allocate(
                at: page, from: &booted.allocator, tablesThrough: &window)
            number = audit().pages.first.map { FrameNumber($0) }
            isMapped = true
        case .freeInPlace:
            try wanted.free(at: page, to: &booted.allocator)
            number = nil
            isMapped = false
        }
    }

    /// Lets accesses fail, counted from now on.
    func fail(_ accesses: Range<Int>?) {
        processor.schedule.accesses = 0
        processor.schedule.faulty = accesses
    }

    var accesses: Int { processor.schedule.accesses }

    /// The tables and the pages with frames of the upper half, read from memory itself.
    private func audit() -> (tables: Set<UInt64>, pages: Set<UInt64>) {
        var (tables, pages): (Set<UInt64>, Set<UInt64>) = ([], [])
        func visit(_ table: FrameNumber, _ level: Level, _ indices: Range<Int>) {
            for index in indices {
                let entry = PageTableEntry(booted.machine.memory.load(word: index, of: table))
                // Far too many tables: what should have been empty leads anywhere.
                if !entry.isPresent || tables.count > total { continue }
                if let below = level.below {
                    tables.insert(entry.frame.rawValue)
                    visit(entry.frame, below, 0..<Frame.wordCount)
                } else {
                    pages.insert(entry.frame.rawValue)
                }
            }
        }
        visit(booted.root, .pml4, 256..<257)
        return (tables, pages)
    }

    /// Whether the page, which has no frame of its own, can be unmapped all the same.
    mutating func unmapsWhatIsNotMapped() -> Bool {
        guard let frame = try? wanted.pages.unmap(page) else { return false }
        _ = frame.relinquish()
        return true
    }

    /// What is wrong: nil if each frame is in one place, and the owner has what it had.
    var fault: String? {
        var (tables, pages) = audit()
        // The page leads to a frame that is on the stack, and has no right to it.
        if wanted.pages.withdrawn == page && !isMapped && pages.count == 1 { pages = [] }
        let expected: Set<UInt64> = isMapped ? [number!.rawValue] : []
        if pages != expected { return "the pages lead to \(pages), not to \(expected)" }
        if held != (isMapped ? nil : number) { return "the frame has changed its owner" }
        let sum =
            booted.allocator.freeCount + wanted.pages.spareCount + tables.count + pages.count
            + (held == nil ? 0 : 1)
        return sum == total ? nil : "\(sum) frames of \(total)"
    }

    /// The same for the frames that are free, which are taken out one by one.
    mutating func faultAfterDraining() throws -> String? {
        let (tables, pages) = audit()
        var all = Array(tables) + Array(pages)
        if let held { all.append(held.rawValue) }
        // The links may run in a circle.
        while all.count <= total, let number = try take() { all.append(number.rawValue) }
        if Set(all).count != all.count { return "a frame is in two places: \(all.sorted())" }
        return all.count == total ? nil : "\(all.count) frames of \(total)"
    }
}

/// Lets an operation fail at each of its accesses in turn, and succeed afterwards.
///
/// - Parameter unmapsAfterwards: whether it is tried in between to unmap what was not mapped.
/// - Returns: how many accesses it has.
private func failEverywhere(
    _ operation: Operation, sharedTables: Int, lasting: Bool, sparesWait: Bool = false,
    unmapsAfterwards: Bool = false
) throws -> Int {
    var access = 0
    while true {
        var scene = try Scene.prepared(
            for: operation, sharedTables: sharedTables, sparesWait: sparesWait)
        var next = access + 1
        let place: Comment = "\(operation), \(sharedTables) tables shared, access \(access)"
        scene.fail(access..<(lasting ? .max : access + 1))
        do {
            try scene.perform(operation)
            let isEnd = scene.accesses <= access
            #expect(isEnd, place)
            return access
        } catch {
            guard case .fault(.page(let fault)) = error.reason else { throw error }
            // In a table that is being cleared, words 4 to 510 are like their neighbours; no other
            // store goes to word 3.
            if fault.code.contains(.write) && fault.address.offset() == 3 * 8 { next += 507 }
            #expect(scene.fault == nil, place)
            if scene.fault != nil { return access }
        }
        let whileFailing = unmapsAfterwards && scene.unmapsWhatIsNotMapped()
        scene.fail(nil)
        let afterwards = unmapsAfterwards && scene.unmapsWhatIsNotMapped()
        #expect(!whileFailing && !afterwards, place)
        try scene.perform(operation)
        #expect(scene.fault == nil, place)
        #expect(try scene.faultAfterDraining() == nil, place)
        access = next
    }
}

@Test(arguments: [0, 1, 2, 3], [false, true])
func aFaultAnywhereLosesNothing(sharedTables: Int, lasting: Bool) throws {
    let accesses = try failEverywhere(.map, sharedTables: sharedTables, lasting: lasting)
    // Each missing table has 512 words, which are cleared.
    #expect(accesses > (3 - sharedTables) * Frame.wordCount)
    #expect(try failEverywhere(.unmap, sharedTables: sharedTables, lasting: lasting) > 4)
}

@Test(arguments: [2, 3], [false, true])
func aFaultWhereTheFrameIsWantedLosesNothing(sharedTables: Int, lasting: Bool) throws {
    for operation in [Operation.allocateInPlace, .freeInPlace] {
        let accesses = try failEverywhere(
            operation, sharedTables: sharedTables, lasting: lasting)
        #expect(accesses > 4)
    }
    let accesses = try failEverywhere(
        .allocateInPlace, sharedTables: sharedTables, lasting: lasting, unmapsAfterwards: true)
    #expect(accesses > 4)
}

@Test(arguments: [false, true])
func aFaultWhileThreeSparesWaitLosesNothing(lasting: Bool) throws {
    let accesses = try failEverywhere(
        .allocateInPlace, sharedTables: 3, lasting: lasting, sparesWait: true)
    #expect(accesses > 4)
}
