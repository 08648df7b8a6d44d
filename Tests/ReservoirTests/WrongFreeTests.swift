import NaiveStack
import StoringElsewhere
import TestSupport
import Testing

@testable import Reservoir

// Numbers from outside that must be refused, and what traps.

@Suite struct WrongFrees {
    private func allocator() throws -> FrameAllocator<CountedWords> {
        FrameAllocator(try ReservoirPlan(for: map([1..<200, 300..<5000])), notedIn: CountedWords())
    }

    @Test func numbersThatAreNoFramesOfTheMap() throws {
        var allocator = try allocator()
        let metadata = allocator.metadata.map(\.rawValue)
        #expect(metadata == [4999])
        let beyond =
            [0, 200, 299, 5000, FrameNumber.limit - 1, FrameNumber.limit, .max] as [UInt64]
        for number in beyond + metadata {
            #expect(throws: WrongFree.notOfTheMap) { try allocator.free(number: number) }
        }
        for address in [1, 4095, 4097, 8 << 12 + 8, .max] as [UInt64] {
            #expect(throws: WrongFree.misaligned) { try allocator.free(address: address) }
        }
        #expect(allocator.freeCount == 199 + 4699)
    }

    @Test func framesThatAreFree() throws {
        var allocator = try allocator()
        // Above the watermark, where no word says so.
        for number in [1, 199, 300, 4998] as [UInt64] {
            #expect(throws: WrongFree.alreadyFree) { try allocator.free(number: number) }
        }
        let number = allocator.allocate()!.relinquish().rawValue
        // The others of its block are in the magazine by now.
        for other in number + 1..<number / 64 * 64 + 64 {
            #expect(throws: WrongFree.alreadyFree) { try allocator.free(number: other) }
        }
        try allocator.free(number: number)
        #expect(throws: WrongFree.alreadyFree) { try allocator.free(number: number) }
        // Back in the reservoir.
        allocator.flush()
        #expect(throws: WrongFree.alreadyFree) { try allocator.free(number: number) }
        #expect(allocator.freeCount == 199 + 4699)
    }

    /// At random: what is held is accepted, all else is refused.
    @Test func injectedAtRandom() throws {
        var random = SplitMix64(seed: RandomRun.seed)
        var allocator = try allocator()
        var held: Set<UInt64> = []
        for _ in 0..<RandomOperations.reservoir.count(share: 6) {
            if random.isOnce(in: 2) {
                if let frame = allocator.allocate() { held.insert(frame.relinquish().rawValue) }
                continue
            }
            let own = random.isOnce(in: 2) ? held.randomElement(using: &random) : nil
            let number = own ?? random.next() % 5100
            let wasHeld = held.remove(number) != nil
            let wasFreed = (try? allocator.free(number: number)) != nil
            if wasHeld != wasFreed {
                Issue.record("frame \(number): held \(wasHeld); \(RandomRun.advice)")
                return
            }
        }
        #expect(allocator.freeCount == 199 + 4699 - held.count)
    }

    @Test func whatSafeCodeCannotWriteTraps() async {
        await #expect(processExitsWith: .failure) {
            // Into the magazine twice: found when it is flushed.
            var allocator = FrameAllocator(
                try ReservoirPlan(for: map([0..<200])), notedIn: CountedWords())
            let number = allocator.allocate()!.relinquish()
            for _ in 0..<2 { allocator.free(Frame(claiming: number)) }
            allocator.flush()
        }
        await #expect(processExitsWith: .failure) {
            // The reservoir has it already.
            let reservoir = FrameReservoir(
                try ReservoirPlan(for: map([0..<200])), notedIn: CountedWords())
            let number = reservoir.takeFrame(in: .all)!.relinquish().rawValue
            for _ in 0..<2 { reservoir.give(number) }
        }
        await #expect(processExitsWith: .failure) {
            let reservoir = FrameReservoir(
                try ReservoirPlan(for: map([0..<200])), notedIn: CountedWords())
            reservoir.give(1000)
        }
        await #expect(processExitsWith: .failure) {
            let reservoir = FrameReservoir(
                try ReservoirPlan(for: map([0..<200])), notedIn: CountedWords())
            let batch = reservoir.takeBatch(in: .all)
            _ = consume batch
        }
    }
}
