import Reservoir
import ScheduleSupport
import TestSupport
import Testing

@testable import ManyProcessors

@Suite struct LockTests {
    @Test func oneAtATimeInAnyOrder() {
        let scheduler = Scheduler(processors: 3)
        for round in 0..<RandomOperations.schedules.count(share: 20) {
            let lock = SpinLock(in: ScheduledWords(1, on: scheduler))
            var inside = 0
            var most = 0
            let body = {
                for _ in 0..<2 {
                    lock.withLock {
                        inside += 1
                        most = max(most, inside)
                        scheduler.step()
                        inside -= 1
                    }
                }
            }
            let seed = RandomRun.seed &+ UInt64(round)
            let ending = scheduler.run(seed: seed, [body, body, body])
            #expect(ending == .finished && most == 1, "seed \(seed); \(RandomRun.advice)")
        }
    }

    @Test func aHandlerThatWantsTheLockOfWhomItInterruptedWaitsForEver() {
        let scheduler = Scheduler(processors: 2)
        var endings: Set<String> = []
        for seed in 0..<200 as Range<UInt64> {
            let lock = SpinLock(in: ScheduledWords(1, on: scheduler))
            scheduler.onInterrupt(of: 0) { lock.withLock { scheduler.step() } }
            let ending = scheduler.run(
                seed: seed,
                [{ lock.withLock { scheduler.step() } }, { scheduler.interrupt(0) }])
            endings.insert("\(ending)")
        }
        #expect(endings == ["finished", "stuck(waiting: [0])"])
    }
}
