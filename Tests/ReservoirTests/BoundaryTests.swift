import NaiveStack
import StoringElsewhere
import TestSupport
import Testing

@testable import Reservoir

// Exhaustion and refill where a word, a summary, a region, the watermark or a zone ends.

extension FrameReservoir where W: ~Copyable {
    /// Takes everything, and checks that no frame comes twice.
    func drain() -> [UInt64] {
        var numbers: [UInt64] = []
        while let batch = takeBatch(in: .all) {
            let first = batch.first.rawValue
            let bits = batch.relinquish()
            numbers += (0..<64).filter { bits >> $0 & 1 == 1 }.map { first + $0 }
        }
        #expect(Set(numbers).count == numbers.count && freeCount == 0)
        return numbers
    }

    func give(_ number: UInt64) {
        give(FrameBatch(claiming: bit(Int(number % 64)), from: FrameNumber(number / 64 * 64)))
    }
}

extension FrameAllocator where W: ~Copyable {
    mutating func drain() -> [UInt64] {
        var numbers: [UInt64] = []
        while let frame = allocate() { numbers.append(frame.relinquish().rawValue) }
        #expect(Set(numbers).count == numbers.count && freeCount == 0)
        return numbers
    }
}

@Suite struct Boundaries {
    /// 64 GiB and a little more, so that the tree has summaries on three levels, all of them with
    /// a word behind their first.
    @Test func theTreeFindsTheLowestAtEveryLevel() throws {
        let first: UInt64 = 1 << 20
        let end = first + 1 << 24 + 100 * 64
        let plan = try ReservoirPlan(for: map([first..<end + 600]))
        let reservoir = FrameReservoir(plan, notedIn: CountedWords())
        let total = plan.metadata.lowerBound.rawValue - first
        var taken: UInt64 = 0
        while let batch = reservoir.takeBatch(in: .all) {
            if batch.first.rawValue != first + taken { break }
            taken += UInt64(batch.relinquish().nonzeroBitCount)
        }
        #expect(taken == total && reservoir.freeCount == 0)

        let blocks = [0, 1, 63, 64, 65, 4095, 4096, 4097, 262_143, 262_144, 262_145] as [UInt64]
        var frames = blocks.flatMap { [first + $0 * 64, first + $0 * 64 + 63] }
        var random = SplitMix64(seed: RandomRun.seed)
        for _ in 0..<20 {
            frames.shuffle(using: &random)
            for frame in frames { reservoir.give(frame) }
            for frame in frames.sorted() {
                let taken = reservoir.takeFrame(in: .all)?.relinquish().rawValue
                #expect(taken == frame, "\(RandomRun.advice)")
            }
            #expect(reservoir.takeFrame(in: .all)?.relinquish() == nil)
        }
    }

    @Test(arguments: [1, 63, 64, 65, 127, 128, 129, 4095, 4096, 4097])
    func exhaustedAndRefilledAtEverySize(count: UInt64) throws {
        for first in [1 << 20, 1 << 20 + 1, 1 << 20 + 63] as [UInt64] {
            let plan = try ReservoirPlan(for: map([first..<first + count + 1]))
            let reservoir = FrameReservoir(plan, notedIn: CountedWords())
            let numbers = reservoir.drain()
            #expect(numbers == Array(first..<first + count))
            #expect(reservoir.takeFrame(in: .all)?.relinquish() == nil)
            for number in numbers.reversed() { reservoir.give(number) }
            #expect(reservoir.freeCount == numbers.count)
            #expect(reservoir.drain() == numbers)
        }
    }

    /// Two regions have a word each for one block of 64 frames.
    @Test func framesOfOneBlockInTwoRegionsAreGivenTogether() throws {
        let plan = try ReservoirPlan(for: map([0..<20, 40..<90]))
        let reservoir = FrameReservoir(plan, notedIn: CountedWords())
        let numbers = reservoir.drain()
        #expect(numbers == Array(0..<20) + Array(40..<89))
        reservoir.give(FrameBatch(claiming: 0xffff_ff00_000f_ffff, from: FrameNumber(0)))
        #expect(reservoir.freeCount == 44)
        #expect(reservoir.isFree(FrameNumber(19)) == true)
        #expect(reservoir.isFree(FrameNumber(40)) == true)
        #expect(reservoir.drain() == Array(0..<20) + Array(40..<64))
    }

    /// Every second frame is taken out: thousands of holes of one frame.
    @Test func holesOfOneFrame() throws {
        let plan = try ReservoirPlan(for: map([0..<16385]))
        let words = CountedWords()
        var allocator = FrameAllocator(plan, notedIn: words)
        for number in stride(from: 1, to: 16384, by: 2) as StrideTo<UInt64> {
            #expect(allocator.allocate(FrameNumber(number))?.relinquish().rawValue == number)
        }
        #expect(allocator.allocate(count: 2)?.relinquish() == nil)
        #expect(allocator.allocate(FrameNumber(1))?.relinquish() == nil)
        let numbers = allocator.drain()
        // The zone above 16 MiB is empty but for the metadata.
        #expect(numbers == Array(stride(from: 0, to: 16384, by: 2)).zoned)
        for number in 0..<16384 as Range<UInt64> { try allocator.free(number: number) }
        let run = allocator.allocate(count: 4096, alignedTo: 4096)
        #expect(run?.relinquish().lowerBound == FrameNumber(4096))
    }

    @Test func theLowestZoneIsUsedLast() throws {
        let limit: UInt64 = 1 << 20
        let plan = try ReservoirPlan(for: map([4000..<4200, limit - 70..<limit + 71]))
        #expect(plan.regionCount == 4)
        let words = CountedWords()
        var allocator = FrameAllocator(plan, notedIn: words)
        #expect(
            allocator.drain()
                == Array(limit..<limit + 70) + Array(4096..<4200) + Array(limit - 70..<limit)
                + Array(4000..<4096))
        for zone in [Zone.below16MiB, .below4GiB, .all] {
            #expect(allocator.allocate(in: zone)?.relinquish() == nil)
        }
        // Into the magazine, where the zone's request must find them.
        try allocator.free(number: 4095)
        try allocator.free(number: 4100)
        try allocator.free(number: limit)
        #expect(allocator.allocate(in: .below16MiB)?.relinquish() == FrameNumber(4095))
        #expect(allocator.allocate(in: .below16MiB)?.relinquish() == nil)
        #expect(allocator.allocate(in: .below4GiB)?.relinquish() == FrameNumber(4100))
        #expect(allocator.allocate(in: .below4GiB)?.relinquish() == nil)
        #expect(allocator.allocate(in: .all)?.relinquish() == FrameNumber(limit))
    }

    /// A run that begins below the watermark and ends above; and one far above it.
    @Test func runsCrossTheWatermark() throws {
        let plan = try ReservoirPlan(for: map([4096..<12300]))
        let words = CountedWords()
        let reservoir = FrameReservoir(plan, notedIn: words)
        let first = reservoir.takeFrame(in: .all)!.relinquish()
        #expect(reservoir.untouchedFrames(ofRegion: 0).lowerBound == FrameNumber(4160))
        let run = reservoir.takeRun(count: 100, alignedTo: 1, in: .all)!
        #expect(run.frames == FrameNumber(4097)..<FrameNumber(4197))
        let aligned = reservoir.takeRun(count: 512, alignedTo: 4096, in: .all)!
        #expect(aligned.frames.lowerBound == FrameNumber(8192))
        // What lies before it has words now, and is free.
        for number in 4197..<8192 as Range<UInt64> {
            #expect(reservoir.isFree(FrameNumber(number)) == true)
        }
        let between = reservoir.takeRun(count: 3995, alignedTo: 1, in: .all)!
        #expect(between.frames.lowerBound == FrameNumber(4197))
        reservoir.give(between)
        reservoir.give(run)
        reservoir.give(aligned)
        reservoir.give(first.rawValue)
        #expect(reservoir.freeCount == 12299 - 4096)
        #expect(reservoir.drain().count == 12299 - 4096)
    }

    @Test func handedOutFramesAreInUseAndCanBeFreed() throws {
        let ranges = [0..<159, 256..<4096, 4096..<5000] as [Range<UInt64>]
        for handedOut in [0, 1, 63, 64, 65, 158, 159, 160, 223, 3999, 4000, 4500] {
            let plan = try ReservoirPlan(for: map(ranges), handedOut: handedOut)
            let managed = try plan.managed(of: ranges)
            var allocator = FrameAllocator(plan, notedIn: CountedWords())
            #expect(allocator.freeCount == managed.frameCount - handedOut)
            let before = Set(ranges.joined().prefix(handedOut))
            #expect(Set(allocator.drain()).isDisjoint(with: before))
            for number in before { try allocator.free(number: number) }
            #expect(allocator.freeCount == handedOut)
            #expect(Set(allocator.drain()) == before)
        }
    }

    @Test func whatTheCursorHandedOutComesBack() throws {
        let map = try map([0..<159, 256..<5000])
        var memory = CountedMemory()
        var old = CursorAndStack(over: map)
        var held = (0..<200).map { _ in old.allocate(through: &memory)!.relinquish() }
        for number in held.suffix(50) { old.free(Frame(claiming: number), through: &memory) }
        held.removeLast(50)

        let plan = try ReservoirPlan(for: map, handedOut: map.frameCount - old.untouchedCount)
        var returned = old.handOver()
        var allocator = FrameAllocator(plan, notedIn: CountedWords())
        while let frame = returned.pop(through: &memory) { allocator.free(frame) }
        #expect(allocator.freeCount == map.frameCount - plan.metadata.count - held.count)
        #expect(Set(allocator.drain()).isDisjoint(with: held.map(\.rawValue)))
    }
}

extension [UInt64] {
    /// In the order in which they are handed out: the frames from 16 MiB on first.
    fileprivate var zoned: [UInt64] { filter { $0 >= 4096 } + filter { $0 < 4096 } }
}
