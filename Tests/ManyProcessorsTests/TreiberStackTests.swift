import NaiveStack
import Reservoir
import ScheduleSupport
import StoringElsewhere
import TestSupport
import Testing

@testable import ManyProcessors

@Suite struct TreiberStackTests {
    /// A memory in which a frame that somebody has cannot be reached: it is unmapped.
    private struct HiddenFrame: Error {}
    private final class Hidden { var frames: Set<FrameNumber> = [] }
    private struct PartlyHiddenMemory: FrameAccess {
        let base: ScheduledMemory
        let hidden: Hidden

        func load(word: Int, of frame: FrameNumber) throws(HiddenFrame) -> UInt64 {
            let value = base.load(word: word, of: frame)
            if hidden.frames.contains(frame) { throw HiddenFrame() }
            return value
        }
        func store(_ value: UInt64, word: Int, of frame: FrameNumber) throws(HiddenFrame) {
            if hidden.frames.contains(frame) { throw HiddenFrame() }
            base.store(value, word: word, of: frame)
        }
    }

    private func complaint(seed: UInt64, hidesFrames: Bool, on scheduler: Scheduler) -> String? {
        let hidden = Hidden()
        let shared = PartlyHiddenMemory(base: ScheduledMemory(on: scheduler), hidden: hidden)
        let stack = TreiberStack(in: ScheduledWords(1, on: scheduler))
        var owned: Set<FrameNumber> = []
        var complaint: String?

        func take() throws(HiddenFrame) -> FrameNumber? {
            var memory = shared
            guard let number = try stack.pop(through: &memory)?.relinquish() else { return nil }
            if !owned.insert(number).inserted { complaint = "\(number.rawValue) has two owners" }
            if hidesFrames { hidden.frames.insert(number) }
            shared.base.store(.max - number.rawValue, word: 0, of: number)
            return number
        }
        func give(_ number: FrameNumber) throws(HiddenFrame) {
            var memory = shared
            owned.remove(number)
            hidden.frames.remove(number)
            var frame: Frame? = Frame(claiming: number)
            defer { _ = frame.take()?.relinquish() }
            try stack.push(&frame, through: &memory)
        }
        let frames = (0..<4).map { FrameNumber($0) } + [FrameNumber(FrameNumber.limit - 1)]
        do {
            for number in frames { try give(number) }
        } catch { return "a frame is hidden" }
        let ending = scheduler.run(
            seed: seed,
            (0..<3).map { processor in
                {
                    var random = SplitMix64(seed: seed &+ UInt64(processor))
                    var held: [FrameNumber] = []
                    do {
                        for _ in 0..<4 {
                            if random.isOnce(in: 3), let number = held.popLast() {
                                try give(number)
                            } else if let number = try take() {
                                held.append(number)
                            }
                        }
                        for number in held { try give(number) }
                    } catch { complaint = "a fault" }
                }
            })
        if ending != .finished { return "\(ending)" }
        for _ in frames { if (try? take()) == nil { return "a frame was lost" } }
        return complaint
    }

    @Test(arguments: [false, true])
    func everyFrameHasOneOwnerInAnyOrder(hidesFrames: Bool) {
        let scheduler = Scheduler(processors: 3)
        for round in 0..<RandomOperations.schedules.count(share: 10) {
            let seed = RandomRun.seed &+ UInt64(round)
            let complaint = complaint(seed: seed, hidesFrames: hidesFrames, on: scheduler)
            #expect(complaint == nil, "seed \(seed); \(RandomRun.advice)")
            if complaint != nil { return }
        }
    }

    @Test func aFaultAtAFrameThatIsOnTopIsReported() {
        let scheduler = Scheduler(processors: 1)
        let hidden = Hidden()
        var memory = PartlyHiddenMemory(base: ScheduledMemory(on: scheduler), hidden: hidden)
        let stack = TreiberStack(in: CountedWords())
        var frame: Frame? = Frame(claiming: FrameNumber(5))
        try? stack.push(&frame, through: &memory)
        hidden.frames.insert(FrameNumber(5))
        #expect(throws: HiddenFrame.self) { try stack.pop(through: &memory)?.relinquish() }
        hidden.frames.remove(FrameNumber(5))
        #expect((try? stack.pop(through: &memory)?.relinquish()) == FrameNumber(5))
    }

    @Test(arguments: 0...23)
    func theTagComesRoundAfterSoManyPops(bits: Int) {
        guard bits < 12 else { return }
        var memory = CountedMemory()
        let words = CountedWords()
        let stack = TreiberStack(in: words, tagBits: bits)
        var frame: Frame? = Frame(claiming: FrameNumber(5))
        stack.push(&frame, through: &memory)
        let head = words[0]
        var rounds = 0
        repeat {
            frame = stack.pop(through: &memory)
            stack.push(&frame, through: &memory)
            rounds += 1
        } while words[0] != head
        #expect(rounds == 1 << bits)
    }
}
