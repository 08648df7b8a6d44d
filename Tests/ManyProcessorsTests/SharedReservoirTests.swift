import NaiveStack
import Reservoir
import ScheduleSupport
import StoringElsewhere
import TestSupport
import Testing

@testable import ManyProcessors

/// What several processors do with one reservoir, in any order: the reservoir of chapter 7 itself.
@Suite struct SharedReservoirTests {
    /// Who has which frame.
    private final class Marks {
        var complaint: String?
        private var owners: [FrameNumber: Int] = [:]
        private let map: MemoryMap

        init(of map: MemoryMap) { self.map = map }

        var count: Int { owners.count }

        func take(_ number: FrameNumber, for processor: Int) {
            if !(0..<map.count).contains(where: { map[$0].contains(number) }) {
                complaint = complaint ?? "frame \(number.rawValue) is none of the map's"
            }
            if let other = owners.updateValue(processor, forKey: number) {
                complaint =
                    complaint
                    ?? "frame \(number.rawValue) has two owners: \(other) and \(processor)"
            }
        }

        func give(_ number: FrameNumber) { owners[number] = nil }
    }

    /// Maps of a few blocks: one region, two that meet in a block, and hardly any frames.
    private static let maps: [[Range<UInt64>]] = [
        [0..<200], [10..<70, 100..<170], [3..<9], [4000..<4200],
    ]

    private static func map(of ranges: [Range<UInt64>]) throws -> MemoryMap {
        let entries = ranges.map {
            MemoryMapEntry(
                start: $0.lowerBound * Frame.size, length: UInt64($0.count) * Frame.size,
                kind: .usable)
        }
        return try MemoryMap(cleaning: entries.span)
    }

    /// One processor's life: random operations of all kinds, and what it does not give back it
    /// holds at the end.
    private func live(
        _ processor: Int, with allocator: inout FrameAllocator<ScheduledWords>, marks: Marks,
        seed: UInt64
    ) {
        var random = SplitMix64(seed: seed &* 31 &+ UInt64(processor))
        var held: [FrameNumber] = []
        func own(_ frame: consuming Frame?) {
            guard let frame else { return }
            held.append(frame.relinquish())
            marks.take(held.last!, for: processor)
        }
        for _ in 0..<6 where marks.complaint == nil {
            switch random.number(below: 8) {
            case 0, 1: own(allocator.allocate())
            case 2: own(allocator.allocate(in: .below16MiB))
            case 3: own(allocator.allocate(FrameNumber(random.next() % 200)))
            case 4:
                guard let run = allocator.allocate(count: 1 + random.number(below: 70)) else {
                    continue
                }
                let frames = run.relinquish()
                for number in frames { marks.take(number, for: processor) }
                if random.isOnce(in: 2) {
                    for number in frames { marks.give(number) }
                    allocator.free(FrameRun(claiming: frames))
                } else {
                    held += frames
                }
            case 5, 6:
                guard let number = held.popLast() else { continue }
                marks.give(number)
                allocator.free(Frame(claiming: number))
            default: allocator.flush()
            }
        }
        allocator.flush()
    }

    private func complaint(
        seed: UInt64, _ plan: ReservoirPlan, of map: MemoryMap, on scheduler: Scheduler
    ) -> String? {
        let words = ScheduledWords(plan.wordCount, on: scheduler)
        let first = FrameAllocator(plan, notedIn: words)
        let marks = Marks(of: map)
        let ending = scheduler.run(
            seed: seed,
            (0..<3).map { processor in
                {
                    var allocator = first.forAnotherProcessor()
                    live(processor, with: &allocator, marks: marks, seed: seed)
                }
            })
        if ending != .finished { return "\(ending)" }
        if marks.complaint != nil { return marks.complaint }
        let usable = map.frameCount - plan.metadata.count
        if first.freeCount != usable - marks.count {
            return "\(first.freeCount) frames are free, and \(usable - marks.count) should be"
        }
        var last = first.forAnotherProcessor()
        while let frame = last.allocate() { marks.take(frame.relinquish(), for: 3) }
        if marks.complaint != nil { return marks.complaint }
        return marks.count == usable ? nil : "\(usable - marks.count) frames are hidden or lost"
    }

    @Test(arguments: maps)
    func noFrameIsLostHiddenOrGivenTwiceInAnyOrder(ranges: [Range<UInt64>]) throws {
        let map = try Self.map(of: ranges)
        let plan = try ReservoirPlan(for: map)
        let scheduler = Scheduler(processors: 3)
        for round in 0..<RandomOperations.schedules.count(share: 4 * Self.maps.count) {
            let seed = RandomRun.seed &+ UInt64(round)
            let complaint = complaint(seed: seed, plan, of: map, on: scheduler)
            #expect(complaint == nil, "seed \(seed); \(RandomRun.advice)")
            if complaint != nil { return }
        }
    }
}
