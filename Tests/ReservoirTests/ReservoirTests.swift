import AllocationTestSupport
import NaiveStack
import StoringElsewhere
import TestSupport
import Testing

@testable import Reservoir

/// A frame allocator with all its ways to allocate, one of which is chosen at random.
struct WholeAllocator: AllocatorUnderTest, ~Copyable {
    var allocator: FrameAllocator<CountedWords>
    var random: SplitMix64
    /// Numbers that may be of the map.
    let numbers: Range<UInt64>

    var freeCount: Int { allocator.freeCount }

    mutating func allocate() -> Frame? {
        if random.isOnce(in: 10) {
            let number = FrameNumber(.random(in: numbers, using: &random))
            if let frame = allocator.allocate(number) {
                #expect(frame.number == number)
                return frame
            }
        }
        if random.isOnce(in: 10) {
            let zone = [Zone.below16MiB, .below4GiB, .all].randomElement(using: &random)!
            if let frame = allocator.allocate(in: zone) {
                #expect(frame.number < zone.end)
                return frame
            }
        }
        return allocator.allocate()
    }

    mutating func free(_ frame: inout Frame?) { allocator.free(frame.take()!) }

    var checksNumbers: Bool { true }
    mutating func free(number: UInt64) -> Bool {
        (try? allocator.free(number: number)) != nil
    }

    var findsRuns: Bool { true }
    mutating func allocateRun(of count: Int, alignedTo alignment: Int) -> Range<FrameNumber>? {
        allocator.allocate(count: count, alignedTo: alignment)?.relinquish()
    }
    mutating func freeRun(_ frames: Range<FrameNumber>) {
        allocator.free(FrameRun(claiming: frames))
    }
}

/// Maps that are awkward somewhere.
enum AwkwardMap: CaseIterable {
    case fewFrames, oneHole, holesInABlock, manyHoles, threeZones, farAway

    /// The usable frames. No two ranges touch where a zone ends.
    var ranges: [Range<UInt64>] {
        switch self {
        case .fewFrames: [5..<8]
        case .oneHole: [0..<159, 256..<1500]
        case .holesInABlock: [1..<63, 64..<127, 128..<129, 130..<700]
        case .manyHoles: (0..<128).map { $0 * 3 + 5..<$0 * 3 + 7 }
        case .threeZones: [3900..<4095, 4097..<4200, (1 << 20) - 300..<(1 << 20) - 1, (1 << 20) + 1..<(1 << 20) + 99]
        case .farAway: [(1 << 33) - 3..<(1 << 33) + 4200]
        }
    }

    /// A plan, and the map without the frames that the plan takes.
    func plan() throws -> (ReservoirPlan, MemoryMap) {
        let plan = try ReservoirPlan(for: map(ranges))
        var entries = ranges.map { range in
            MemoryMapEntry(
                start: range.lowerBound * Frame.size,
                length: UInt64(range.count) * Frame.size, kind: .usable)
        }
        entries.append(
            MemoryMapEntry(
                start: plan.metadata.lowerBound.address.rawValue,
                length: UInt64(plan.metadata.count) * Frame.size, kind: .reserved))
        return (plan, try MemoryMap(cleaning: entries.span))
    }
}

@Test(arguments: AwkwardMap.allCases)
func theAllocatorAgreesWithTheModel(over awkward: AwkwardMap) throws {
    let (plan, map) = try awkward.plan()
    let numbers = map[0].lowerBound.rawValue..<map[map.count - 1].upperBound.rawValue
    let allocator = WholeAllocator(
        allocator: FrameAllocator(plan, notedIn: CountedWords()),
        random: SplitMix64(seed: RandomRun.seed), numbers: numbers)
    var model = AllocationModel(allocator, over: map, seed: RandomRun.seed)
    model.run(RandomOperations.reservoir.count(share: AwkwardMap.allCases.count))
    model.drain()
}
