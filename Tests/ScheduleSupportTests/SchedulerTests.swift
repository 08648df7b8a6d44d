import ScheduleSupport
import TestSupport
import Testing

@Suite struct SchedulerTests {
    private let scheduler = Scheduler(processors: 3)

    /// What the processors put down, each its number three times.
    private func order(seed: UInt64) -> [Int] {
        var order: [Int] = []
        let ending = scheduler.run(
            seed: seed,
            (0..<3).map { number in
                {
                    for _ in 0..<3 {
                        scheduler.step()
                        order.append(number)
                    }
                }
            })
        #expect(ending == .finished)
        return order
    }

    @Test func theSameSeedGivesTheSameOrder() {
        for seed in 0..<100 as Range<UInt64> { #expect(order(seed: seed) == order(seed: seed)) }
    }

    @Test func everyOrderOfSixStepsOfTwoProcessorsOccurs() {
        var orders: Set<[Int]> = []
        for seed in 0..<2000 as Range<UInt64> {
            var order: [Int] = []
            func body(_ number: Int) -> () -> Void {
                {
                    for _ in 0..<3 {
                        scheduler.step()
                        order.append(number)
                    }
                }
            }
            _ = scheduler.run(seed: seed, [body(0), body(1)])
            orders.insert(order)
        }
        #expect(orders.count == 20)
    }

    @Test func whoWaitsForNothingIsNamed() {
        let ending = scheduler.run(
            seed: RandomRun.seed,
            [{ while true { scheduler.step() } }, {}, { while true { scheduler.step() } }])
        #expect(ending == .stuck(waiting: [0, 2]))
    }

    @Test func whoGoesOnForEverIsNamed() {
        let ending = scheduler.run(
            seed: RandomRun.seed,
            [
                {},
                {
                    while true {
                        scheduler.step()
                        scheduler.noteWrite()
                    }
                },
            ])
        #expect(ending == .endless(running: [1]))
        #expect(order(seed: 1).count == 9)
    }

    @Test func aProcessorIsInterruptedAlsoWhenItIsDone() {
        for seed in 0..<200 as Range<UInt64> {
            var answers: [Int] = []
            for number in 1...2 {
                scheduler.onInterrupt(of: number) {
                    scheduler.step()
                    answers.append(scheduler.current)
                }
            }
            let ending = scheduler.run(
                seed: seed,
                [
                    {
                        scheduler.step()
                        scheduler.interrupt(1)
                        scheduler.interrupt(2)
                        while answers.count < 2 { scheduler.step() }
                    }, { for _ in 0..<4 { scheduler.step() } }, {},
                ])
            #expect(ending == .finished)
            #expect(answers.sorted() == [1, 2])
        }
    }

    @Test func noProcessorsAreDoneAtOnce() {
        #expect(scheduler.run(seed: 0, []) == .finished)
    }
}
