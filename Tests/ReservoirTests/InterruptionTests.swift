import NaiveStack
import StoringElsewhere
import TestSupport
import Testing

@testable import Reservoir

// Several processors: chapter 9 has a scheduler. Here one operation is stopped before each of its
// accesses in turn, another runs from its beginning to its end, and the first goes on.

/// Words that do something before one of the accesses to them.
final class InterruptedWords: AtomicWords {
    private var words: [Int: UInt64] = [:]
    private var countdown = -1
    private var interruption: (() -> Void)?

    func interrupt(before access: Int, _ body: @escaping () -> Void) {
        countdown = access
        interruption = body
    }

    /// Whether the interruption is still to come; then it never will.
    func takeInterruption() -> Bool {
        defer { interruption = nil }
        return interruption != nil
    }

    private func count() {
        if countdown == 0, let body = interruption {
            interruption = nil
            body()
        }
        countdown -= 1
    }

    /// A word, without an access.
    func peek(_ index: Int) -> UInt64 { words[index, default: CountedMemory.junk] }

    subscript(index: Int) -> UInt64 {
        get {
            count()
            return peek(index)
        }
        set {
            count()
            words[index] = newValue
        }
    }

    func exchange(
        _ index: Int, expecting expected: UInt64, for new: UInt64
    ) -> (exchanged: Bool, original: UInt64) {
        count()
        let original = peek(index)
        if original == expected { words[index] = new }
        return (original == expected, original)
    }
}

/// A reservoir that two processors use, and what each of them holds.
final class TwoProcessors {
    let words = InterruptedWords()
    let reservoir: FrameReservoir<InterruptedWords>
    let managed: MemoryMap
    private var held: [[UInt64]] = [[], []]

    enum Operation: CaseIterable {
        case takeBatch, takeFrame, takeRun, takeFar, giveFirst, giveAll
    }

    init(over ranges: [Range<UInt64>]) throws {
        let plan = try ReservoirPlan(for: map(ranges))
        managed = try plan.managed(of: ranges)
        reservoir = FrameReservoir(plan, notedIn: words)
    }

    /// Whether a watermark is locked. Who is at the lock then waits, and may not be stopped by
    /// somebody who waits for it.
    private var isLocked: Bool {
        (0..<reservoir.regionCount).contains { region in
            let header = ReservoirPlan.headerWordCount + region * Region.headerWordCount
            return Watermark(words.peek(header + 2)).isLocked
        }
    }

    func perform(_ operation: Operation, on processor: Int) {
        switch operation {
        case .takeBatch:
            guard let batch = reservoir.takeBatch(in: .all) else { return }
            let first = batch.first.rawValue
            let bits = batch.relinquish()
            held[processor] += (0..<64).filter { bits >> $0 & 1 == 1 }.map { first + $0 }
        case .takeFrame:
            guard let frame = reservoir.takeFrame(in: .all)?.relinquish() else { return }
            held[processor].append(frame.rawValue)
        case .takeRun:
            guard let run = reservoir.takeRun(count: 70, alignedTo: 2, in: .all) else { return }
            held[processor] += run.relinquish().map(\.rawValue)
        case .takeFar:
            let number = managed[managed.count - 1].upperBound.advanced(by: -3)
            guard let frame = reservoir.takeFrame(number)?.relinquish() else { return }
            held[processor].append(frame.rawValue)
        case .giveFirst:
            if held[processor].isEmpty { return }
            reservoir.give(held[processor].removeFirst())
        case .giveAll:
            // Not held any more when they are given, for the other may get them at once.
            let given = held[processor]
            held[processor] = []
            for number in given { reservoir.give(number) }
        }
    }

    /// - Returns: false if the operation has fewer accesses, and was not interrupted.
    func perform(_ first: Operation, interruptedBefore access: Int, by second: Operation) -> Bool {
        words.interrupt(before: access) { [unowned self] in
            if !isLocked { perform(second, on: 1) }
        }
        perform(first, on: 0)
        return !words.takeInterruption()
    }

    /// Whether each frame is in one place, and all of them are found.
    func isConserved() -> Bool {
        let out = held.flatMap(\.self)
        guard reservoir.freeCount == managed.frameCount - out.count else { return false }
        let all = out + reservoir.drain()
        return all.count == managed.frameCount && Set(all).count == all.count
    }
}

private struct Interruption: CustomTestStringConvertible, Sendable {
    var before: [TwoProcessors.Operation]
    var first: TwoProcessors.Operation
    var second: TwoProcessors.Operation

    var testDescription: String { "\(before), \(first) by \(second)" }

    static var all: [Interruption] {
        let beginnings: [[TwoProcessors.Operation]] = [
            [], [.takeFrame], [.takeBatch], [.takeBatch, .takeBatch], [.takeRun, .giveFirst],
            [.takeBatch, .takeRun], [.takeFar, .takeBatch, .giveAll],
            // Words that are zero, below summaries that have not heard of it.
            [.takeBatch, .giveAll, .takeBatch],
        ]
        return beginnings.flatMap { before in
            TwoProcessors.Operation.allCases.flatMap { first in
                TwoProcessors.Operation.allCases.map { second in
                    Interruption(before: before, first: first, second: second)
                }
            }
        }
    }
}

@Suite struct Interruptions {
    @Test func noFrameIsLostOrGivenTwice() throws {
        var count = 0
        let small: [[Range<UInt64>]] = [[0..<140], [3..<70, 71..<73, 80..<150]]
        // A summary of summaries; too many frames to have each of them for every beginning.
        let large = [1 << 20..<1 << 20 + 4300] as [Range<UInt64>]
        for ranges in small + [large] {
            for interruption in Interruption.all {
                if ranges == large && interruption.before != [.takeBatch] { continue }
                for access in 0... {
                    let processors = try TwoProcessors(over: ranges)
                    for operation in interruption.before {
                        processors.perform(operation, on: 0)
                        processors.perform(operation, on: 1)
                    }
                    let wasInterrupted = processors.perform(
                        interruption.first, interruptedBefore: access, by: interruption.second)
                    count += 1
                    guard processors.isConserved() else {
                        Issue.record("\(interruption.testDescription), before \(access)")
                        return
                    }
                    if !wasInterrupted { break }
                }
            }
        }
        #expect(count > 1000)
    }
}
