import TestSupport
import Testing

@testable import NaiveStack

// The properties of the stack and the cursor, beside the examples in Chapters/01-naive-stack.md.

private struct Unreachable: Error {}

/// A memory that fails now and then, before it has done anything.
private struct UnreliableMemory: FrameAccess {
    var base = CountedMemory()
    var random: SplitMix64

    mutating func load(word: Int, of frame: FrameNumber) throws(Unreachable) -> UInt64 {
        if random.isOnce(in: 4) { throw Unreachable() }
        return base.load(word: word, of: frame)
    }

    mutating func store(
        _ value: UInt64, word: Int, of frame: FrameNumber
    ) throws(Unreachable) {
        if random.isOnce(in: 4) { throw Unreachable() }
        base.store(value, word: word, of: frame)
    }
}

@Test func allWordsOfAFrameAreFilledAndNoOthers() {
    var memory = CountedMemory()
    memory.fill(FrameNumber(0), with: 3)
    #expect(memory.stores == Frame.wordCount)
    for word in 0..<Frame.wordCount {
        #expect(memory.load(word: word, of: FrameNumber(0)) == 3)
        #expect(memory.load(word: word, of: FrameNumber(1)) == CountedMemory.junk)
    }
}

/// The frames that a test holds, as numbers, and the door back.
private struct HeldFrames {
    private(set) var numbers: [FrameNumber] = []

    mutating func keep(_ frame: consuming Frame) { numbers.append(frame.relinquish()) }

    mutating func takeAny(_ random: inout SplitMix64) -> Frame? {
        guard let index = numbers.indices.randomElement(using: &random) else { return nil }
        return Frame(claiming: numbers.remove(at: index))
    }
}

@Test func theStackAgreesWithAnArrayAlsoWhenAccessFails() {
    var random = SplitMix64(seed: RandomRun.seed)
    var memory = UnreliableMemory(random: SplitMix64(seed: RandomRun.seed ^ 1))
    var stack = FrameStack()
    var model: [FrameNumber] = []
    var held = HeldFrames()
    for number in 0..<64 { held.keep(Frame(claiming: FrameNumber(UInt64(number) * 37))) }
    for iteration in 0..<RandomOperations.frameStack.count() {
        if Bool.random(using: &random) {
            guard var frame = Optional(held.takeAny(&random)) else { continue }
            guard let number = frame?.number else { continue }
            do {
                try stack.push(&frame, through: &memory)
                model.append(number)
            } catch {
                held.keep(frame.take()!)
            }
        } else {
            do {
                let number = try stack.pop(through: &memory)?.relinquish()
                #expect(
                    number == model.popLast(), "seed \(RandomRun.seed), iteration \(iteration)")
                if let number { held.keep(Frame(claiming: number)) }
            } catch {
                #expect(!model.isEmpty, "seed \(RandomRun.seed), iteration \(iteration)")
            }
        }
        #expect(stack.count == model.count, "seed \(RandomRun.seed), iteration \(iteration)")
        if stack.count != model.count { return }
    }
    #expect(held.numbers.count + stack.count == 64)
}

@Test func noFrameIsLostOrGivenTwice() throws {
    var random = SplitMix64(seed: RandomRun.seed)
    let entries = [
        MemoryMapEntry(start: 0, length: 40 * Frame.size, kind: .usable),
        MemoryMapEntry(start: 100 * Frame.size, length: 60 * Frame.size, kind: .usable),
    ]
    var allocator = CursorAndStack(over: try MemoryMap(cleaning: entries.span))
    var memory = UnreliableMemory(random: SplitMix64(seed: RandomRun.seed ^ 2))
    var held = HeldFrames()
    for iteration in 0..<RandomOperations.cursorAndStack.count() {
        if random.isOnce(in: 2) {
            var frame = held.takeAny(&random)
            if frame == nil { continue }
            do {
                try allocator.free(&frame, through: &memory)
            } catch {
                held.keep(frame.take()!)
            }
        } else if let frame = try? allocator.allocate(through: &memory) {
            #expect(!held.numbers.contains(frame.number), "seed \(RandomRun.seed)")
            held.keep(frame)
        }
        guard held.numbers.count + allocator.freeCount == 100 else {
            Issue.record("seed \(RandomRun.seed), iteration \(iteration): a frame was lost")
            return
        }
    }
    let all = Set((0..<40).map { FrameNumber($0) } + (100..<160).map { FrameNumber($0) })
    // Reliable from now on: what is free comes out, and nothing else.
    while let frame = allocator.allocate(through: &memory.base) { held.keep(frame) }
    #expect(Set(held.numbers) == all && held.numbers.count == all.count)
}

@Test func aReturnedFrameIsPreferredToAnUntouchedOne() throws {
    let entry = MemoryMapEntry(start: 0, length: 8 * Frame.size, kind: .usable)
    var allocator = CursorAndStack(over: try MemoryMap(cleaning: [entry].span))
    var memory = CountedMemory()
    let first = allocator.allocate(through: &memory)!
    allocator.free(first, through: &memory)
    #expect(allocator.allocate(through: &memory)?.relinquish() == FrameNumber(0))
    #expect(allocator.allocate(through: &memory)?.relinquish() == FrameNumber(1))
}

@Test func pushingNoFrameTraps() async {
    await #expect(processExitsWith: .failure) {
        var stack = FrameStack()
        var memory = CountedMemory()
        var nothing: Frame?
        stack.push(&nothing, through: &memory)
    }
}
