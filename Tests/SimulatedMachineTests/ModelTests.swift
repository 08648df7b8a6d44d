import NaiveStack
import Paging
import TestSupport
import Testing

@testable import SimulatedMachine

/// What may be remembered for each page on each processor, without any TLB: all that the tables
/// said since the page was last invalidated there.
private struct Model {
    struct Mapping: Hashable {
        var frame: UInt64
        var writable: Bool
        var user: Bool
        /// Which change it is: the same mapping made anew has its flags cleared.
        var change = 0
    }

    let pages: [UInt64]
    let processorCount: Int
    /// What the tables say now; a page without an entry is not mapped.
    private var changes = 0
    private(set) var current: [UInt64: Mapping] = [:]
    /// For each processor and page.
    private var possible: [[UInt64: Set<Mapping?>]]

    init(pages: [UInt64], processorCount: Int) {
        self.pages = pages
        self.processorCount = processorCount
        let nothing = Dictionary(uniqueKeysWithValues: pages.map { ($0, Set<Mapping?>([nil])) })
        possible = Array(repeating: nothing, count: processorCount)
    }

    mutating func set(_ mapping: Mapping?, of page: UInt64) {
        changes += 1
        var mapping = mapping
        mapping?.change = changes
        current[page] = mapping
        for processor in 0..<processorCount { possible[processor][page]!.insert(mapping) }
    }

    mutating func invalidate(_ page: UInt64, on processor: Int) {
        possible[processor][page] = [current[page]]
    }

    func possible(_ page: UInt64, on processor: Int) -> Set<Mapping?> { possible[processor][page]! }

    static func allows(_ mapping: Mapping?, _ access: MemoryAccess) -> Bool {
        guard let mapping else { return false }
        if access.isByUser && !mapping.user { return false }
        return access.kind != .write || mapping.writable
    }
}

/// Random operations on three processors: every result is one that the model explains, where the
/// model knows of no TLB but only of what was ever in the tables.
@Test(arguments: [0, 1])
func everyAccessIsExplainedByWhatTheTablesSaidSinceTheInvalidation(adversarial: Int) throws {
    let seed = RandomRun.seed &+ UInt64(adversarial)
    var random = SplitMix64(seed: seed)
    var configuration = SimulatedMachine.Configuration.adversary(seed: seed, processorCount: 3)
    if adversarial == 0 {
        configuration.rememberedTables = 0
        configuration.speculationSeed = nil
    }
    configuration.translationSets = 2
    configuration.translationWays = 2
    let bench = Bench(configuration)
    let pages: [UInt64] = [
        0, 0x1000, 0x2000, 0x4000, 0x20_0000, 0x20_1000, 0x4000_0000, 0x7fff_ffff_f000,
        0xffff_8000_0000_0000, 0xffff_ffff_ffff_f000,
    ]
    let frames = Array(UInt64(1)...8)
    for frame in frames { bench.label(frame) }
    var model = Model(pages: pages, processorCount: 3)
    var stale = 0

    for iteration in 0..<RandomOperations.processors.count(share: 2) {
        let page = pages.randomElement(using: &random)!
        let number = Int.random(in: 0..<3, using: &random)
        let processor = bench.machine.processor(number)
        let place: Comment = "seed \(seed), iteration \(iteration)"
        switch Int.random(in: 0..<10, using: &random) {
        case 0:
            let mapping = Model.Mapping(
                frame: frames.randomElement(using: &random)!, writable: .random(using: &random),
                user: .random(using: &random))
            var flags: PageTableEntry.Flags = .present
            if mapping.writable { flags.insert(.writable) }
            if mapping.user { flags.insert(.user) }
            bench.map(page, to: mapping.frame, flags)
            model.set(mapping, of: page)
        case 1:
            if model.current[page] != nil { bench.set(.empty, of: page) }
            model.set(nil, of: page)
        case 2:
            processor.invalidate(page)
            model.invalidate(page, on: number)
        case 3 where random.isOnce(in: 4):
            processor.setTableBase(bench.tables.root)
            for page in pages { model.invalidate(page, on: number) }
        default:
            let kind: MemoryAccess.Kind = Bool.random(using: &random) ? .read : .write
            let access = MemoryAccess(kind, byUser: .random(using: &random))
            let possible = model.possible(page, on: number)
            do throws(ProcessorFault) {
                let word = try processor.attempt(access, at: VirtualAddress(page))
                let frame =
                    kind == .read
                    ? word
                    : frames.first {
                        bench.machine.memory.load(word: 0, of: FrameNumber($0)) == 0
                    }
                if let frame, kind == .write { bench.label(frame) }
                let isExplained = possible.contains {
                    $0?.frame == frame && Model.allows($0, access)
                }
                if frame != model.current[page]?.frame { stale += 1 }
                guard isExplained else {
                    Issue.record("\(access) at \(page) reached \(frame ?? 0): \(place)")
                    return
                }
                if possible.count == 1 {
                    let flags = bench.entry(of: page).flags
                    #expect(
                        flags.contains(kind == .write ? [.accessed, .dirty] : .accessed), place)
                }
            } catch {
                guard possible.contains(where: { !Model.allows($0, access) }) else {
                    Issue.record("\(access) at \(page) faulted: \(place)")
                    return
                }
                // A page fault makes the processor forget the page, so it cannot happen again
                // unless the tables say so.
                model.invalidate(page, on: number)
            }
        }
    }
    #expect(stale > 0)
    for number in 0..<3 {
        let counters = bench.machine.processor(number).counters
        #expect(
            counters.hits + counters.misses
                == counters.loads + counters.stores + counters.faults)
    }
}
