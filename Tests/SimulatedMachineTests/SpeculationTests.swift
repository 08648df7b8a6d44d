import NaiveStack
import Paging
import TestSupport
import Testing

@testable import SimulatedMachine

/// Two pages, of which the program uses only the first.
private func bench(seed: UInt64, processorCount: Int = 1) -> Bench {
    let bench = Bench(.adversary(seed: seed, processorCount: processorCount))
    bench.label(7)
    bench.map(0x1000, to: 7)
    bench.map(0x3000, to: 8)
    return bench
}

/// Uses the first page until something has happened.
private func run(_ bench: Bench, until happened: () -> Bool) -> Bool {
    for _ in 0..<10_000 {
        guard bench.processor.word(at: 0x1000) == 7 else { return false }
        if happened() { return true }
    }
    return false
}

@Test(arguments: 1...20)
func speculationMarksAndRemembersPagesThatNobodyUsed(seed: UInt64) {
    let bench = bench(seed: seed)
    #expect(run(bench) { bench.processor.holds(0x3000) })
    let flags = bench.entry(of: 0x3000).flags
    #expect(flags.contains(.accessed) && !flags.contains(.dirty))
    #expect(bench.processor.counters.faults == 0)
}

@Test(arguments: 1...20)
func speculationOnAnotherProcessorFillsItsMemory(seed: UInt64) {
    let bench = bench(seed: seed, processorCount: 2)
    #expect(run(bench) { bench.machine.processor(1).holds(0x3000) })
    #expect(bench.machine.processor(1).counters.loads == 0)
}

@Test(arguments: 1...20)
func question28ATableThatIsLinkedBeforeItIsClearedIsWalkedAtOnce(seed: UInt64) {
    let bench = bench(seed: seed)
    // The frame held data once; one word of it looks like an entry.
    let old = FrameNumber(0x5000)
    for word in 0..<Frame.wordCount { bench.machine.memory.store(0, word: word, of: old) }
    bench.machine.memory.store(0x9001, word: 3, of: old)
    bench.set(PageTableEntry(old, [.present, .writable]), of: 0x20_3000, at: .pageDirectory)
    #expect(run(bench) { bench.processor.holds(0x20_3000) })
    // Cleared too late: what the old word said is remembered, and a mapping made now is not seen.
    for word in 0..<Frame.wordCount { bench.machine.memory.store(0, word: word, of: old) }
    bench.map(0x20_3000, to: 10)
    let remembered = bench.processor.rememberedTranslation(of: VirtualAddress(0x20_3000))
    #expect(remembered?.firstFrame == FrameNumber(9))
}

@Test func speculationForgetsToo() {
    let bench = bench(seed: RandomRun.seed)
    #expect(run(bench) { !bench.processor.holds(0x1000) || bench.processor.counters.misses > 1 })
}

@Test func theSameSeedGivesTheSameRun() {
    func events(_ seed: UInt64) -> [MachineEvent] {
        let bench = bench(seed: seed)
        var events: [MachineEvent] = []
        bench.machine.onEvent = { events.append($1) }
        _ = run(bench) { events.count > 500 }
        return events
    }
    #expect(events(RandomRun.seed) == events(RandomRun.seed))
    #expect(events(1) != events(2))
}

@Test func aMachineWithoutASeedDoesNotSpeculate() {
    let bench = Bench()
    bench.label(7)
    bench.map(0x1000, to: 7)
    bench.map(0x3000, to: 8)
    #expect(!run(bench) { bench.processor.counters.speculations > 0 })
    #expect(bench.processor.counters.loads == 10_000)
    #expect(!bench.entry(of: 0x3000).flags.contains(.accessed))
}
