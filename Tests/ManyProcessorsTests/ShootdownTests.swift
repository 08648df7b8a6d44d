import NaiveStack
import Paging
import Reservoir
import ScheduleSupport
import SimulatedMachine
import StoringElsewhere
import TestSupport
import Testing

@testable import ManyProcessors

@Suite struct ShootdownTests {
    /// Processors that make each other forget pages, each its own, all at once.
    private func everybodyShoots(
        seed: UInt64, withInterruptsOn: Bool = false, on scheduler: Scheduler
    ) -> String? {
        var configuration = SimulatedMachine.Configuration()
        configuration.processorCount = 3
        let machine = SimulatedMachine(configuration)
        let tables = BootTables(in: machine, root: FrameNumber(1))
        let pages = (0..<3).map { VirtualAddress(pml4: 256, pageTable: $0) }
        var last: UInt64 = 1
        for page in pages {
            tables.map(page, to: FrameNumber(0x20)) {
                last += 1
                return FrameNumber(last)
            }
        }
        for number in 0..<3 { machine.processor(number).setTableBase(tables.root) }
        let words = ScheduledWords(Shootdown<ScheduledWords>.wordCount, on: scheduler)
        let shootdown = Shootdown(in: words)
        var complaint: String?

        func body(_ number: Int) -> () -> Void {
            scheduler.onInterrupt(of: number) {
                var processor = ScheduledProcessor(machine.processor(number), on: scheduler)
                shootdown.answer(on: &processor, number: number)
            }
            return {
                var processor = ScheduledProcessor(machine.processor(number), on: scheduler)
                for _ in 0..<2 {
                    let page = pages[number]
                    for other in 0..<3 { _ = try? machine.processor(other).load(from: page) }
                    func shoot() {
                        processor.invalidate(page)
                        shootdown.forget(
                            page, on: 0b111, from: &processor, number: number,
                            interrupt: scheduler.interrupt)
                    }
                    if withInterruptsOn { shoot() } else { scheduler.withInterruptsOff(shoot) }
                    for other in 0..<3
                    where machine.processor(other).rememberedTranslation(of: page) != nil {
                        complaint = "processor \(other) remembers page \(number)"
                    }
                }
            }
        }
        let ending = scheduler.run(seed: seed, (0..<3).map(body))
        return ending == .finished ? complaint : "\(ending)"
    }

    @Test func processorsThatShootAtEachOtherAllForgetAndGoOn() {
        let scheduler = Scheduler(processors: 3)
        for round in 0..<RandomOperations.schedules.count(share: 20) {
            let seed = RandomRun.seed &+ UInt64(round)
            let complaint = everybodyShoots(seed: seed, on: scheduler)
            #expect(complaint == nil, "seed \(seed); \(RandomRun.advice)")
            if complaint != nil { return }
        }
    }

    @Test func withInterruptsOnAPageIsNotForgotten() {
        let scheduler = Scheduler(processors: 3)
        let seed = (0..<10_000 as Range<UInt64>).first { seed in
            everybodyShoots(seed: seed, withInterruptsOn: true, on: scheduler) != nil
        }
        #expect(seed != nil)
        if let seed { #expect(everybodyShoots(seed: seed, on: scheduler) == nil) }
    }

    @Test func whoIsAloneInterruptsNobody() {
        let words = CountedWords()
        let shootdown = Shootdown(in: words)
        let machine = SimulatedMachine()
        var processor = machine.processor(0)
        let before = words.loads + words.stores
        shootdown.forget(VirtualAddress(0), on: 1, from: &processor, number: 0) { _ in
            Issue.record("somebody was interrupted")
        }
        #expect(words.loads + words.stores == before)
    }
}
