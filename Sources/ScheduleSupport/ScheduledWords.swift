import Reservoir
import StoringElsewhere

/// Words that logical processors share: before each access another one may go on.
public final class ScheduledWords: AtomicWords {
    /// When others see what a processor stores.
    public enum Order: Sendable {
        /// In the order of the stores, as `Words` promises for those that several use at once.
        case releasing
        /// A processor's stores wait until its next exchange, and the last becomes visible first.
        /// An exchange and what is stored before it keep their order. So may it happen with stores
        /// that do not release, on processors that keep as little order as they may.
        case lastFirst
    }

    private let scheduler: Scheduler
    private var words: [UInt64]
    private let order: Order
    /// What each processor has stored and only itself can see.
    private var waiting: [Int: [(index: Int, value: UInt64)]] = [:]
    /// What a trace calls a word.
    public var name: (Int) -> String = { "word \($0)" }

    /// So many words, which hold what is in memory that nobody wrote.
    public init(_ count: Int, order: Order = .releasing, on scheduler: Scheduler) {
        self.scheduler = scheduler
        self.order = order
        words = Array(repeating: Self.junk, count: count)
    }

    /// What a word holds that nobody wrote.
    public static var junk: UInt64 { 0xdead_dead_dead_dead }

    public subscript(index: Int) -> UInt64 {
        get {
            scheduler.step()
            let own = waiting[scheduler.current]?.last { $0.index == index }?.value
            let value = own ?? words[index]
            scheduler.note("load     \(name(index)): 0x\(String(value, radix: 16))")
            return value
        }
        set {
            scheduler.step()
            if order == .lastFirst && scheduler.isRunning {
                waiting[scheduler.current, default: []].append((index, newValue))
                scheduler.note("store    \(name(index)): 0x\(String(newValue, radix: 16)), waiting")
            } else {
                store(newValue, index, "store   ")
            }
        }
    }

    private func store(_ value: UInt64, _ index: Int, _ what: String) {
        words[index] = value
        scheduler.noteWrite()
        scheduler.note("\(what) \(name(index)): 0x\(String(value, radix: 16))")
    }

    public func exchange(
        _ index: Int, expecting expected: UInt64, for new: UInt64
    ) -> (exchanged: Bool, original: UInt64) {
        while let store = waiting[scheduler.current]?.popLast() {
            scheduler.step()
            self.store(store.value, store.index, "visible ")
        }
        scheduler.step()
        let original = words[index]
        if original == expected {
            store(new, index, "exchange")
            return (true, original)
        }
        scheduler.note("lost     \(name(index)): it is 0x\(String(original, radix: 16))")
        return (false, original)
    }
}
