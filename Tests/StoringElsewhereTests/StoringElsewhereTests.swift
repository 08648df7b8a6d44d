import AllocationTestSupport
import NaiveStack
import TestSupport
import Testing

@testable import StoringElsewhere

// Each design beside one model, on maps with holes; and every boundary.

extension ColouredStack: CountingSource {}
extension ChunkedStack: CountingSource {}

/// A bitmap, with its checked door and its runs.
struct WholeBitmap: AllocatorUnderTest, ~Copyable {
    var allocator: BitmapAllocator<CountedWords>

    var freeCount: Int { allocator.freeCount }
    mutating func allocate() -> Frame? { allocator.allocate() }
    mutating func free(_ frame: inout Frame?) { allocator.free(frame.take()!) }

    var checksNumbers: Bool { true }
    mutating func free(number: UInt64) -> Bool {
        (try? allocator.free(number: number)) != nil
    }

    var findsRuns: Bool { true }
    mutating func allocateRun(of count: Int, alignedTo alignment: Int) -> Range<FrameNumber>? {
        allocator.allocate(count, alignedTo: alignment)?.relinquish()
    }
    mutating func freeRun(_ frames: Range<FrameNumber>) {
        allocator.free(FrameRun(claiming: frames))
    }
}

/// Maps that are awkward somewhere.
enum AwkwardMap: CaseIterable {
    case oneFrame, oneHole, holesOfOneFrame, manyHoles, farAway

    /// The usable frames.
    var ranges: [Range<UInt64>] {
        switch self {
        case .oneFrame: [0..<1]
        case .oneHole: [0..<159, 256..<1500]
        case .holesOfOneFrame: [1..<63, 64..<127, 128..<129, 130..<700]
        case .manyHoles: (0..<128).map { $0 * 3 + 5..<$0 * 3 + 7 }
        case .farAway: [(1 << 33) - 3..<(1 << 33) + 1100]
        }
    }

    func cleaned() throws -> MemoryMap { try map(ranges) }
}

/// What each design does on each map.
private let operations = RandomOperations.storingElsewhere.count(
    share: 5 * AwkwardMap.allCases.count)

@Suite struct DesignsAndTheModel {
    @Test(arguments: AwkwardMap.allCases)
    func colouredStackAgreesWithTheModel(over map: AwkwardMap) throws {
        let map = try map.cleaned()
        let memory = UnreliableMemory(seed: RandomRun.seed)
        var model = AllocationModel(
            InFrames(ColouredStack(over: map), through: memory), over: map, seed: RandomRun.seed)
        model.run(operations)
        model.drain()
    }

    @Test(arguments: AwkwardMap.allCases)
    func chunkedStackAgreesWithTheModel(over map: AwkwardMap) throws {
        let map = try map.cleaned()
        let memory = UnreliableMemory(seed: RandomRun.seed)
        var model = AllocationModel(
            InFrames(ChunkedStack(over: map), through: memory), over: map, seed: RandomRun.seed)
        model.run(operations)
        model.drain()
    }

    @Test(arguments: AwkwardMap.allCases)
    func arrayStackAgreesWithTheModel(over map: AwkwardMap) throws {
        let map = try map.cleaned()
        let allocator = ArrayStack(over: map, notedIn: CountedWords())
        var model = AllocationModel(OutsideFrames(allocator), over: map, seed: RandomRun.seed)
        model.run(operations)
        model.drain()
    }

    @Test(arguments: AwkwardMap.allCases)
    func bitmapAgreesWithTheModel(over map: AwkwardMap) throws {
        let map = try map.cleaned()
        let bitmap = WholeBitmap(allocator: BitmapAllocator(over: map, notedIn: CountedWords()))
        var model = AllocationModel(bitmap, over: map, seed: RandomRun.seed)
        model.run(operations)
        model.drain()
    }

    @Test(arguments: AwkwardMap.allCases)
    func buddyAgreesWithTheModel(over map: AwkwardMap) throws {
        let map = try map.cleaned()
        let allocator = BuddyAllocator(over: map, notedIn: CountedWords())
        var model = AllocationModel(
            OutsideFrames(allocator), over: map, seed: RandomRun.seed)
        model.run(operations)
        model.drain()
    }
}

@Suite struct Boundaries {
    /// Every number is pushed and popped at each depth, forth and back over all boundaries.
    @Test func noDepthOfAChunkedStackLosesAFrame() throws {
        let map = try map([0..<2100])
        var model = AllocationModel(
            InFrames(
                ChunkedStack(over: map),
                through: UnreliableMemory(seed: RandomRun.seed, failingOnceIn: 0)),
            over: map, seed: RandomRun.seed)
        while model.heldCount < map.frameCount { model.take() }
        for depth in 1...map.frameCount {
            while model.allocator.freeCount < depth { model.give() }
            for step in 1...3 {
                for _ in 0..<min(step, depth) { model.take() }
                while model.allocator.freeCount < depth { model.give() }
            }
        }
        model.drain()
    }

    @Test func numbersBeyond16TebibytesTakeAWordEach() throws {
        for (end, count) in [(1 << 32, 50), ((1 << 32) + 1, 100)] as [(UInt64, Int)] {
            let map = try map([end - 100..<end])
            #expect(ArrayStack<CountedWords>.wordCount(for: map) == count)
            let allocator = ArrayStack(over: map, notedIn: CountedWords())
            var model = AllocationModel(OutsideFrames(allocator), over: map, seed: 1)
            model.run(1000)
            model.drain()
        }
    }

    @Test func noDesignTouchesMoreWordsThanItAskedFor() throws {
        for awkward in AwkwardMap.allCases {
            let map = try awkward.cleaned()
            let counts = [
                ArrayStack<BoundedWords>.wordCount(for: map),
                BitmapAllocator<BoundedWords>.wordCount(for: map),
                BuddyAllocator<BoundedWords>.wordCount(for: map),
            ]
            let words = counts.map { BoundedWords(count: $0) }
            var array = AllocationModel(
                OutsideFrames(ArrayStack(over: map, notedIn: words[0])), over: map, seed: 1)
            var bitmap = AllocationModel(
                OutsideFrames(BitmapAllocator(over: map, notedIn: words[1])), over: map, seed: 1)
            var buddy = AllocationModel(
                OutsideFrames(BuddyAllocator(over: map, notedIn: words[2])), over: map, seed: 1)
            array.drain()
            bitmap.drain()
            buddy.drain()
        }
    }

    @Test func anEmptyMapHasNoFrame() throws {
        let map = try map([])
        var array = ArrayStack(over: map, notedIn: CountedWords())
        var bitmap = BitmapAllocator(over: map, notedIn: CountedWords())
        var buddy = BuddyAllocator(over: map, notedIn: CountedWords())
        #expect(array.allocate()?.relinquish() == nil && bitmap.allocate()?.relinquish() == nil)
        #expect(buddy.allocate()?.relinquish() == nil)
        #expect(bitmap.allocate(1)?.relinquish() == nil)
    }

    /// A tebibyte with a hole of a gibibyte, and real memory for what is noted outside.
    @Test func aTebibyteIsReadyAtOnce() throws {
        let map = try map([1..<3 << 18, 1 << 20..<1 << 28])
        var memory = CountedMemory()
        var chunked = ChunkedStack(over: map)
        var frame = chunked.allocate(through: &memory)
        chunked.free(&frame, through: &memory)
        #expect(chunked.freeCount == map.frameCount && memory.loads + memory.stores == 0)

        let words = CountedWords()
        var array = ArrayStack(over: map, notedIn: words)
        let first = array.allocate()!
        #expect(words.loads + words.stores == 0)
        array.free(first)
        #expect(words.loads == 0 && words.stores == 1)

        let wordCount = BitmapAllocator<MappedWords>.wordCount(for: map)
        #expect(wordCount == 1 << 22)
        let pages = UnsafeMutableRawPointer.allocate(byteCount: wordCount * 8, alignment: 8)
        defer { unsafe pages.deallocate() }
        var bitmap = BitmapAllocator(over: map, notedIn: unsafe MappedWords(at: pages))
        #expect(bitmap.freeCount == map.frameCount)
        #expect(bitmap.allocate(512, alignedTo: 512)!.relinquish().lowerBound == FrameNumber(512))
        #expect(throws: WrongFree.notOfTheMap) { try bitmap.free(number: 3 << 18) }
        #expect(throws: WrongFree.alreadyFree) { try bitmap.free(number: (1 << 28) - 1) }
    }
}

/// Words that trap where there are none.
final class BoundedWords: Words {
    private var words: [UInt64]

    init(count: Int) { words = Array(repeating: CountedMemory.junk, count: count) }

    subscript(index: Int) -> UInt64 {
        get { words[index] }
        set { words[index] = newValue }
    }
}

@Suite struct WrongNumbers {
    @Test func eachIsRefusedForItsReason() throws {
        let map = try AwkwardMap.holesOfOneFrame.cleaned()
        var bitmap = BitmapAllocator(over: map, notedIn: CountedWords())
        for number in [0, 63, 127, 129, 700, FrameNumber.limit - 1, FrameNumber.limit, .max] {
            #expect(throws: WrongFree.notOfTheMap) { try bitmap.free(number: number) }
        }
        for number in [1, 62, 64, 128, 699] as [UInt64] {
            #expect(throws: WrongFree.alreadyFree) { try bitmap.free(number: number) }
        }
        for address in [1, 4095, 4097, 64 * 4096 + 8, .max] as [UInt64] {
            #expect(throws: WrongFree.misaligned) { try bitmap.free(address: address) }
        }
        #expect(bitmap.freeCount == map.frameCount)
        let number = bitmap.allocate()!.relinquish()
        try bitmap.free(address: number.address.rawValue)
        #expect(throws: WrongFree.alreadyFree) { try bitmap.free(number: number.rawValue) }
    }

    /// Question 16: what no bit can see. The first owner frees a frame that is the second's by now.
    @Test func aStaleFreeIsBelieved() throws {
        var bitmap = BitmapAllocator(over: try map([0..<64]), notedIn: CountedWords())
        let first = bitmap.allocate()!.relinquish()
        try bitmap.free(number: first.rawValue)
        let second = bitmap.allocate()!.relinquish()
        #expect(first == second)
        #expect(throws: Never.self) { try bitmap.free(number: first.rawValue) }
    }

    @Test func aFrameThatIsFreeTrapsWhereItIsFreed() async {
        await #expect(processExitsWith: .failure) {
            var bitmap = BitmapAllocator(over: try map([0..<64]), notedIn: CountedWords())
            bitmap.free(Frame(claiming: FrameNumber(7)))
        }
    }

    @Test func aLostRunTraps() async {
        await #expect(processExitsWith: .failure) {
            var bitmap = BitmapAllocator(over: try map([0..<64]), notedIn: CountedWords())
            let run = bitmap.allocate(2)
            _ = consume run
        }
    }
}

@Suite struct Buddies {
    /// The free blocks of each order.
    private func counts(of allocator: borrowing BuddyAllocator<CountedWords>) -> [Int] {
        (0...FreeBlocks<CountedWords>.largestOrder).map { allocator.freeBlockCount(of: $0) }
    }

    @Test func aMapIsCutIntoTheLargestBlocks() throws {
        let allocator = BuddyAllocator(over: try map([1..<1537]), notedIn: CountedWords())
        #expect(counts(of: allocator) == [2, 1, 1, 1, 1, 1, 1, 1, 1, 2])
    }

    /// Blocks of any order, taken and given back at random, are joined again in the end.
    @Test(arguments: AwkwardMap.allCases)
    func whatIsFreedIsJoinedAgain(over map: AwkwardMap) throws {
        let map = try map.cleaned()
        var random = SplitMix64(seed: RandomRun.seed)
        var allocator = BuddyAllocator(over: map, notedIn: CountedWords())
        let before = counts(of: allocator)
        var held: [Range<FrameNumber>] = []
        var owned: Set<FrameNumber> = []
        for _ in 0..<RandomOperations.storingElsewhere.count(share: 60) {
            let order = random.number(below: 10)
            if Bool.random(using: &random), let run = allocator.allocate(order: order) {
                let frames = run.relinquish()
                guard frames.count == 1 << order,
                    frames.lowerBound.rawValue % (1 << UInt64(order)) == 0,
                    owned.isDisjoint(with: frames)
                else {
                    Issue.record("a wrong block, \(frames); \(RandomRun.advice)")
                    return
                }
                owned.formUnion(frames)
                held.append(frames)
            } else if let place = held.indices.randomElement(using: &random) {
                let frames = held.remove(at: place)
                owned.subtract(frames)
                allocator.free(FrameRun(claiming: frames))
            }
            #expect(allocator.freeCount == map.frameCount - owned.count)
        }
        for frames in held { allocator.free(FrameRun(claiming: frames)) }
        #expect(counts(of: allocator) == before, "\(RandomRun.advice)")
    }
}
