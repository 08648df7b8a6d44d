import Fibers
import SeededRandom

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A generator for those who draw what a processor does.
public typealias SeededGenerator = SplitMix64

/// Several logical processors on one thread. They run real code, one at a time: before each access
/// to something that they share, the running one calls `step`, and a seeded generator says who
/// goes on. The same seed gives the same order, so what happened once can be seen again. It also
/// says how often the processors change: every second step, or only now and then.
///
/// What it runs is sequentially consistent: each access is seen by all at once. Weaker orders must
/// be modelled by the words themselves (`ScheduledWords`).
@safe
public final class Scheduler {
    /// How a schedule ended.
    public enum Ending: Equatable, Sendable {
        /// All processors did what they had to do.
        case finished
        /// For `quietLimit` steps nobody wrote anything: these wait, for each other or for
        /// something that never comes.
        case stuck(waiting: [Int])
        /// These were not done after `stepLimit` steps, although somebody still writes.
        case endless(running: [Int])
    }

    /// Each processor's stack is so long, in bytes, and lies above a page that nobody may touch.
    private static var stackSize: Int { 256 << 10 }

    /// A schedule that takes more steps is ended as endless.
    public var stepLimit = 100_000
    /// A schedule in which nobody writes for so many steps is ended as stuck.
    public var quietLimit = 2_000
    /// Whether `note` keeps what it is told.
    public var isTracing = false
    /// What was noted since the last schedule began, with the processor that did it.
    public private(set) var trace: [(processor: Int, what: String)] = []
    /// How many steps the last schedule took.
    public private(set) var steps = 0
    /// The processor that runs now.
    public private(set) var current = 0

    private var random = SplitMix64(seed: 0)
    /// A bit of a random number that is 1 keeps the running processor running.
    private var patience: UInt64 = 0
    private var lastWrite = 0
    private var ending: Ending?
    /// Whether a schedule is running, and not its preparation.
    private(set) var isRunning = false
    private var bodies: [() -> Void] = []
    private var isDone: [Bool] = []
    private var runnable: [Int] = []
    private var hasInterrupt: [Bool] = []
    private var areInterruptsOff: [Bool] = []
    private var handlers: [Int: () -> Void] = [:]
    /// Where each processor's stack is to be continued, and behind them the caller's of `run`. Not
    /// an array: a switch leaves in the middle of the access.
    private let contexts: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private var stacks: [UnsafeMutableRawPointer] = unsafe []
    private let capacity: Int

    /// A scheduler for at most so many processors.
    public init(processors capacity: Int) {
        self.capacity = capacity
        unsafe contexts = .allocate(capacity: capacity + 1)
        unsafe contexts.initialize(repeating: nil, count: capacity + 1)
        for _ in 0..<capacity { unsafe stacks.append(Self.makeStack()) }
    }

    deinit {
        unsafe contexts.deallocate()
        unsafe stacks.forEach { unsafe _ = munmap($0, Self.stackSize) }
    }

    private static func makeStack() -> UnsafeMutableRawPointer {
        let flags = MAP_PRIVATE | MAP_ANON
        guard
            let stack = unsafe mmap(nil, stackSize, PROT_READ | PROT_WRITE, flags, -1, 0),
            unsafe stack != MAP_FAILED
        else { fatalError("there is no memory for a processor's stack") }
        unsafe mprotect(stack, Int(getpagesize()), PROT_NONE)
        return unsafe stack
    }

    /// Runs what each processor has to do, in the order that a seed gives.
    ///
    /// A processor that is not done when the schedule ends as stuck or endless is abandoned: what
    /// its stack holds is never destroyed.
    public func run(seed: UInt64, _ processors: [() -> Void]) -> Ending {
        precondition(processors.count <= capacity, "the scheduler has not so many processors")
        random = SplitMix64(seed: seed)
        // Many mistakes need one processor to stand still while another does a lot.
        patience = 1 << (random.next() % 4) - 1
        (steps, lastWrite, ending, trace) = (0, 0, nil, [])
        bodies = processors
        isDone = Array(repeating: false, count: processors.count)
        hasInterrupt = isDone
        areInterruptsOff = isDone
        runnable = Array(processors.indices)
        if processors.isEmpty { return .finished }
        let scheduler = unsafe Unmanaged.passUnretained(self).toOpaque()
        for index in processors.indices {
            unsafe contexts[index] = unsafe fiberPrepare(
                stacks[index] + Self.stackSize,
                { unsafe Unmanaged<Scheduler>.fromOpaque($0!).takeUnretainedValue().live() },
                scheduler)
        }
        current = choose()
        isRunning = true
        unsafe fiberSwitch(contexts + capacity, contexts[current])
        isRunning = false
        bodies = []
        handlers = [:]
        guard let ending else { preconditionFailure("a schedule ends in some way") }
        return ending
    }

    /// The life of a processor: what it has to do, and then only interrupts.
    private func live() {
        bodies[current]()
        isDone[current] = true
        while true {
            if hasInterrupt[current] {
                answer()
            } else {
                runnable.removeAll { $0 == current }
                if runnable.isEmpty { ending = .finished }
                leave()
            }
        }
    }

    /// One of those that have something to do: each is as likely as the others.
    private func choose() -> Int { runnable[Int(random.next() >> 33) % runnable.count] }

    /// Lets the next one run, or ends the schedule.
    private func leave() {
        let left = current
        if ending != nil {
            unsafe fiberSwitch(contexts + left, contexts[capacity])
            return
        }
        if !isDone[left] && random.next() >> 33 & patience != 0 { return }
        let next = choose()
        if next == left { return }
        current = next
        unsafe fiberSwitch(contexts + left, contexts[next])
    }

    /// Another processor may go on here. Called before each access to what is shared; between two
    /// schedules it does nothing.
    public func step() {
        if !isRunning { return }
        steps += 1
        if steps - lastWrite > quietLimit {
            ending = .stuck(waiting: isDone.indices.filter { !isDone[$0] })
        } else if steps > stepLimit {
            ending = .endless(running: isDone.indices.filter { !isDone[$0] })
        }
        leave()
        if hasInterrupt[current] && !areInterruptsOff[current] { answer() }
    }

    /// Says that the running processor changed something that others may wait for.
    public func noteWrite() { lastWrite = steps }

    /// Keeps a line for whoever wants to see what happened.
    public func note(_ what: @autoclosure () -> String) {
        if isTracing && isRunning { trace.append((current, what())) }
    }

    /// Says what a processor does when it is interrupted, in the next schedule. Interrupts are off
    /// while it does so.
    public func onInterrupt(of processor: Int, _ handler: @escaping () -> Void) {
        handlers[processor] = handler
    }

    /// Interrupts a processor, which answers at its next step; or at once if it is done. To send
    /// the interrupt is a step, too.
    public func interrupt(_ processor: Int) {
        step()
        hasInterrupt[processor] = true
        noteWrite()
        if !runnable.contains(processor) { runnable.append(processor) }
    }

    /// Does something on the running processor, which is not interrupted meanwhile.
    public func withInterruptsOff<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let processor = current
        let before = areInterruptsOff[processor]
        areInterruptsOff[processor] = true
        defer { areInterruptsOff[processor] = before }
        return try body()
    }

    private func answer() {
        hasInterrupt[current] = false
        if let handler = handlers[current] { withInterruptsOff(handler) }
    }
}
