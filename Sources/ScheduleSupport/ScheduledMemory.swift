import NaiveStack
import Paging
import SimulatedMachine

/// Frames that logical processors share: before each access to a word another one may go on.
/// Copies mean the same memory.
public struct ScheduledMemory: FrameAccess {
    private final class Storage {
        var memory = SparseMemory()
    }

    private let storage = Storage()
    private let scheduler: Scheduler
    /// Is told what each load gave.
    public var onLoad: ((UInt64) -> Void)?

    public init(on scheduler: Scheduler) { self.scheduler = scheduler }

    public func load(word: Int, of frame: FrameNumber) -> UInt64 {
        scheduler.step()
        let value = storage.memory.load(word: word, of: frame)
        scheduler.note("load     \(name(word, frame)): 0x\(String(value, radix: 16))")
        onLoad?(value)
        return value
    }

    public func store(_ value: UInt64, word: Int, of frame: FrameNumber) {
        scheduler.step()
        storage.memory.store(value, word: word, of: frame)
        scheduler.noteWrite()
        scheduler.note("store    \(name(word, frame)): 0x\(String(value, radix: 16))")
    }

    private func name(_ word: Int, _ frame: FrameNumber) -> String {
        "word \(word) of frame 0x\(String(frame.rawValue, radix: 16))"
    }
}

/// A processor of the simulated machine: before each access to memory another one may go on.
public struct ScheduledProcessor: Processor {
    private let base: SimulatedProcessor
    private let scheduler: Scheduler

    public init(_ base: SimulatedProcessor, on scheduler: Scheduler) {
        self.base = base
        self.scheduler = scheduler
    }

    public func load(from address: VirtualAddress) throws(ProcessorFault) -> UInt64 {
        scheduler.step()
        let value = try base.load(from: address)
        scheduler.note("load     \(name(address)): 0x\(String(value, radix: 16))")
        return value
    }

    public func store(_ value: UInt64, to address: VirtualAddress) throws(ProcessorFault) {
        scheduler.step()
        try base.store(value, to: address)
        scheduler.noteWrite()
        scheduler.note("store    \(name(address)): 0x\(String(value, radix: 16))")
    }

    public func invalidate(_ address: VirtualAddress) {
        scheduler.step()
        base.invalidate(address)
        scheduler.note("forget   \(name(address))")
    }

    public var tableBase: FrameNumber { base.tableBase }

    public func setTableBase(_ frame: FrameNumber) { base.setTableBase(frame) }

    private func name(_ address: VirtualAddress) -> String {
        "0x\(String(address.rawValue, radix: 16))"
    }
}
