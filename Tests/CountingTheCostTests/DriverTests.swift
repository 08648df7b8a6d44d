import NaiveStack
import Reservoir
import StoringElsewhere
import TemporaryMapping
import TestSupport
import Testing

@testable import CountingTheCost

// The workloads lose no frame and hand out none twice, whatever they drive.

/// Random workloads on a design: what is held is of the map and held once, and a drain at the end
/// brings back each frame.
private func conserves<Source: FrameSource & ~Copyable>(
    frames: Int, _ name: String, _ make: (MemoryMap) throws -> Source
) throws {
    let entry = MemoryMapEntry(start: 0, length: UInt64(frames) * Frame.size, kind: .usable)
    let map = try MemoryMap(cleaning: [entry].span)
    let held = CountedWords()
    var driver = Driver(try make(map), through: CountedMemory(), notedIn: held)
    var random = SplitMix64(seed: RandomRun.seed)
    var chance = Chance(seed: RandomRun.seed | 1)
    func check(_ heldCount: Int) -> Bool {
        let numbers = (0..<heldCount).map { held[$0] }
        return Set(numbers).count == heldCount && numbers.allSatisfy { $0 < UInt64(frames) }
    }
    for _ in 0..<200 {
        switch random.number(below: 6) {
        case 0: driver.take(random.number(below: 300))
        case 1: driver.giveBack(random.number(below: driver.heldCount + 1))
        case 2: driver.pairs(3)
        case 3: driver.batches(2, of: random.number(below: 200))
        case 4:
            let size = random.number(below: min(100, driver.heldCount) + 1)
            driver.churn(2, by: size, clearing: false, chance: &chance)
        default: driver.choose(driver.heldCount, by: &chance)
        }
        if !check(driver.heldCount) {
            Issue.record("\(name): a frame is held twice; \(RandomRun.advice)")
            return
        }
    }
    driver.giveBack(driver.heldCount)
    let taken = driver.take(frames + 1)
    #expect(check(taken), "\(name): the last drain; \(RandomRun.advice)")
    driver.giveBack(taken)
    let (count, sum) = driver.drain()
    #expect(count == taken, "\(name) lost frames; \(RandomRun.advice)")
    #expect(sum == (0..<taken).reduce(0) { $0 + held[$1] })
}

@Test func everyDesignGivesBackWhatItWasGiven() throws {
    let frames = 1000
    try conserves(frames: frames, "stack") { CursorAndStack(over: $0) }
    try conserves(frames: frames, "coloured links") { ColouredStack(over: $0) }
    try conserves(frames: frames, "chunked stack") { ChunkedStack(over: $0) }
    try conserves(frames: frames, "array") { ArrayStack(over: $0, notedIn: CountedWords()) }
    try conserves(frames: frames, "bitmap") { BitmapAllocator(over: $0, notedIn: CountedWords()) }
    try conserves(frames: frames, "buddy") { BuddyAllocator(over: $0, notedIn: CountedWords()) }
    try conserves(frames: frames, "reservoir") {
        ReservoirAlone(try ReservoirPlan(for: $0), notedIn: CountedWords())
    }
    try conserves(frames: frames, "magazine") {
        FrameAllocator(try ReservoirPlan(for: $0), notedIn: CountedWords())
    }
}

@Test func everyFrameIsPushedOnceAndComesBackOnce() throws {
    let entry = MemoryMapEntry(start: 0, length: 300 * Frame.size, kind: .usable)
    let map = try MemoryMap(cleaning: [entry].span)
    var memory = CountedMemory()
    var source = EveryFramePushed(map, through: &memory)
    #expect(memory.stores == 300)
    var numbers: Set<FrameNumber> = []
    while let frame = source.allocate(through: &memory) { numbers.insert(frame.relinquish()) }
    #expect(numbers.count == 300)
}

@Test func chanceReachesEachNumberAndNoneBeyond() {
    for limit in [1, 2, 7, 1000] {
        var chance = Chance(seed: RandomRun.seed | 1)
        var seen: Set<Int> = []
        for _ in 0..<limit * 30 { seen.insert(chance.number(below: limit)) }
        #expect(seen.min() == 0 && seen.max() == limit - 1, "\(RandomRun.advice)")
    }
}

@Test func aChoiceIsAPermutationAndNotTheSameOne() throws {
    let entry = MemoryMapEntry(start: 0, length: 500 * Frame.size, kind: .usable)
    let held = CountedWords()
    var driver = Driver(
        CursorAndStack(over: try MemoryMap(cleaning: [entry].span)), through: CountedMemory(),
        notedIn: held)
    var chance = Chance(seed: RandomRun.seed | 1)
    driver.take(500)
    let before = (0..<500).map { held[$0] }
    driver.choose(500, by: &chance)
    let after = (0..<500).map { held[$0] }
    #expect(before.sorted() == after.sorted() && before != after, "\(RandomRun.advice)")
}

@Test func clearedFramesAreZero() throws {
    let entry = MemoryMapEntry(start: 0, length: 8 * Frame.size, kind: .usable)
    let map = try MemoryMap(cleaning: [entry].span)
    var driver = Driver(
        CursorAndStack(over: map), through: CountedMemory(), notedIn: CountedWords())
    driver.take(8, clearing: true)
    for frame in map[0] {
        for word in [0, 8, 511] { #expect(driver.access.load(word: word, of: frame) == 0) }
    }
    var chance = Chance(seed: 1)
    driver.access.store(5, word: 1, of: FrameNumber(3))
    driver.clearAtRandom(1, by: 8, chance: &chance)
    #expect(driver.access.load(word: 1, of: FrameNumber(3)) == 0)
    #expect(driver.heldCount == 8)
}
