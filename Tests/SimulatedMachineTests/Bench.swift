import NaiveStack
import Paging

@testable import SimulatedMachine

/// A machine on the bench: tables that can be changed from outside, and frames with known contents.
final class Bench {
    let machine: SimulatedMachine
    let tables: BootTables
    private var lastTable: UInt64 = 0x1000

    init(_ configuration: SimulatedMachine.Configuration = .init()) {
        machine = SimulatedMachine(configuration)
        tables = BootTables(in: machine, root: FrameNumber(0x1000))
        for number in 0..<configuration.processorCount {
            machine.processor(number).setTableBase(tables.root)
        }
    }

    var processor: SimulatedProcessor { machine.processor(0) }

    /// A frame that no table uses.
    func newTable() -> FrameNumber {
        lastTable += 1
        return FrameNumber(lastTable)
    }

    func map(
        _ page: UInt64, to frame: UInt64, at level: Level = .pageTable,
        _ flags: PageTableEntry.Flags = [.present, .writable]
    ) {
        tables.map(
            VirtualAddress(page), to: FrameNumber(frame), at: level, flags, nextTable: newTable)
    }

    /// Where the entry of some level stands that translates an address.
    func place(of page: UInt64, at level: Level = .pageTable) -> (table: FrameNumber, index: Int) {
        let address = VirtualAddress(page)
        var table = tables.root
        var current = Level.pml4
        while current > level {
            table =
                PageTableEntry(
                    machine.memory.load(word: address.index(at: current), of: table)
                ).frame
            current = current.below!
        }
        return (table, address.index(at: level))
    }

    /// An entry as it stands in memory.
    func entry(of page: UInt64, at level: Level = .pageTable) -> PageTableEntry {
        let (table, index) = place(of: page, at: level)
        return PageTableEntry(machine.memory.load(word: index, of: table))
    }

    /// Changes an entry in memory behind the processor's back.
    func set(_ entry: PageTableEntry, of page: UInt64, at level: Level = .pageTable) {
        let (table, index) = place(of: page, at: level)
        machine.memory.store(entry.rawValue, word: index, of: table)
    }

    /// Gives a frame contents: its number in each word that is asked for.
    func label(_ frame: UInt64, words: [Int] = [0]) {
        for word in words { machine.memory.store(frame, word: word, of: FrameNumber(frame)) }
    }
}

extension SimulatedProcessor {
    /// The word at an address; nil for a page fault.
    func word(at address: UInt64) -> UInt64? { try? load(from: VirtualAddress(address)) }

    /// The code of the page fault that an access raises; nil if it is allowed.
    func code(_ kind: MemoryAccess.Kind, byUser: Bool = false, at address: UInt64) -> UInt32? {
        do throws(ProcessorFault) {
            _ = try attempt(MemoryAccess(kind, byUser: byUser), at: VirtualAddress(address))
            return nil
        } catch {
            guard case .page(let fault) = error, fault.address.rawValue == address else {
                return .max
            }
            return fault.code.rawValue
        }
    }

    func invalidate(_ address: UInt64) { invalidate(VirtualAddress(address)) }
    func holds(_ address: UInt64) -> Bool {
        rememberedTranslation(of: VirtualAddress(address)) != nil
    }
}
