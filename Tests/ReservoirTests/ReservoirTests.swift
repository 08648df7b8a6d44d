import AllocationTestSupport
import NaiveStack
import StoringElsewhere
import TestSupport
import Testing

@testable import Reservoir

// The allocator beside the reference model, on maps with holes.

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
                #expect(frame.number == number, "\(RandomRun.advice)")
                return frame
            }
        }
        if random.isOnce(in: 10) {
            let zone = [Zone.below16MiB, .below4GiB, .all].randomElement(using: &random)!
            if let frame = allocator.allocate(in: zone) {
                #expect(frame.number < zone.end, "\(RandomRun.advice)")
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

    /// The usable frames. No two ranges touch where a zone ends: the model knows no zones.
    var ranges: [Range<UInt64>] {
        switch self {
        case .fewFrames: [5..<8]
        case .oneHole: [0..<159, 256..<1500]
        case .holesInABlock: [1..<63, 64..<127, 128..<129, 130..<700]
        case .manyHoles: (0..<128).map { $0 * 3 + 5..<$0 * 3 + 7 }
        case .threeZones:
            [
                3900..<4095, 4097..<4200, (1 << 20) - 300..<(1 << 20) - 1,
                (1 << 20) + 1..<(1 << 20) + 99,
            ]
        case .farAway: [(1 << 33) - 3..<(1 << 33) + 4200]
        }
    }
}

extension ReservoirPlan {
    /// The frames of the map that it does not take for itself.
    func managed(of ranges: [Range<UInt64>]) throws -> MemoryMap {
        var entries = usable(ranges)
        entries.append(
            MemoryMapEntry(
                start: metadata.lowerBound.address.rawValue,
                length: UInt64(metadata.count) * Frame.size, kind: .reserved))
        return try MemoryMap(cleaning: entries.span)
    }
}

@Suite struct AllocatorAndTheModel {
    @Test(arguments: AwkwardMap.allCases)
    func theyAgree(over awkward: AwkwardMap) throws {
        let plan = try ReservoirPlan(for: map(awkward.ranges))
        let map = try plan.managed(of: awkward.ranges)
        let numbers = map[0].lowerBound.rawValue..<map[map.count - 1].upperBound.rawValue
        let allocator = WholeAllocator(
            allocator: FrameAllocator(plan, notedIn: CountedWords()),
            random: SplitMix64(seed: RandomRun.seed), numbers: numbers)
        var model = AllocationModel(allocator, over: map, seed: RandomRun.seed)
        model.run(RandomOperations.reservoir.count(share: AwkwardMap.allCases.count))
        model.drain()
    }
}

@Suite struct Plans {
    @Test(arguments: [1 << 18, 1 << 21, 1 << 24, 1 << 28] as [UInt64])
    func aBitAndAFiftiethForEachFrame(frames: UInt64) throws {
        let plan = try ReservoirPlan(for: map([0..<159, 256..<frames]))
        #expect(plan.wordCount * 64 * 100 <= Int(frames) * 102)
        // Laid out for the frames of the words, too, which then need no bits.
        #expect((0...1).contains(plan.metadata.count - (plan.wordCount + 511) / 512))
        #expect(plan.metadata.upperBound == FrameNumber(frames))
    }

    /// The regions of a plan hold each frame of the map once, but for the metadata.
    @Test(arguments: AwkwardMap.allCases)
    func regionsCoverTheMap(over awkward: AwkwardMap) throws {
        let plan = try ReservoirPlan(for: map(awkward.ranges))
        let managed = try plan.managed(of: awkward.ranges)
        var found: [UInt64] = []
        plan.forEachRegion { region in
            found += region.frames
            let zone = Zone(of: FrameNumber(region.frames.lowerBound))
            #expect(region.frames.upperBound <= zone.end.rawValue)
        }
        #expect(found == (0..<managed.count).flatMap { managed[$0].map(\.rawValue) })
    }

    @Test func rangesAreCutWhereZonesEnd() throws {
        let plan = try ReservoirPlan(for: map([1..<1 << 21]))
        var regions: [Range<UInt64>] = []
        plan.forEachRegion { regions.append($0.frames) }
        let end = plan.metadata.lowerBound.rawValue
        #expect(regions == [1..<4096, 4096..<1 << 20, 1 << 20..<end])
    }

    /// Beyond 4 GiB there are two frames too few, so the words lie right below.
    @Test func theWordsLieInTheHighestRegionWithRoom() throws {
        let plan = try ReservoirPlan(for: map([1..<1 << 20 + 31]))
        #expect(plan.metadata.count == 33)
        #expect(plan.metadata.upperBound == FrameNumber(1 << 20))
        let allocator = FrameAllocator(plan, notedIn: CountedWords())
        #expect(allocator.freeCount == 1 << 20 + 30 - 33)
    }

    @Test func aMapWithoutRoomIsRefused() throws {
        #expect(throws: ReservoirError.noRoomForMetadata(frameCount: 1)) {
            try ReservoirPlan(for: map([]))
        }
        let ones = (0..<128).map { UInt64($0) * 2..<UInt64($0) * 2 + 1 }
        #expect(throws: ReservoirError.noRoomForMetadata(frameCount: 2)) {
            try ReservoirPlan(for: map(ones))
        }
        for handedOut in [3, 4, 5] {
            #expect(throws: ReservoirError.noRoomForMetadata(frameCount: 1)) {
                try ReservoirPlan(for: map([7..<10]), handedOut: handedOut)
            }
        }
        #expect(try ReservoirPlan(for: map([7..<10]), handedOut: 2).metadata.count == 1)
    }

    /// Few words at boot, whatever the size, and not much more for many regions.
    @Test func fewBytesAreWrittenForEachRegion() throws {
        let many = (0..<128).map { UInt64($0) << 21..<UInt64($0) << 21 + 1 << 20 }
        for ranges in [[0..<1 << 14], [0..<1 << 28], many] {
            let words = CountedWords()
            let plan = try ReservoirPlan(for: map(ranges))
            let reservoir = FrameReservoir(plan, notedIn: words)
            #expect(words.stores <= 4 + 5 * plan.regionCount && plan.regionCount <= 130)
            #expect(reservoir.freeCount == ranges.map(\.count).reduce(0, +) - plan.metadata.count)
        }
    }
}
