import ExampleSupport
import NaiveStack
import Paging
import SimulatedMachine

// What happens on a simulated machine, in words: one line an event.

extension SimulatedMachine {
    /// Prints each event from now on.
    public func showEvents() {
        let isAlone = configuration.processorCount == 1
        onEvent = { number, event in
            print("    \(isAlone ? "" : "processor \(number): ")\(event.line)")
        }
    }
}

extension MachineEvent {
    var line: String {
        switch self {
        case .access(let access, let address, let physical, let value):
            let verb = access.kind.verb.padded(to: 5)
            let place = "\(address.rawValue.hexadecimal()) is \(physical.rawValue.hexadecimal())"
            return "\(verb) \(value.hexadecimal()) at \(place)"
        case .tableLoad(let step): return "walk  \(step.line)"
        case .tableStore(let step): return "mark  \(step.line)"
        case .invalidation(let address): return "invalidate \(address.rawValue.hexadecimal())"
        case .baseLoad(let frame):
            return "table base: frame \(frame.rawValue.hexadecimal(digits: 1))"
        case .fault(let fault): return fault.description
        case .speculation(let address):
            return "a guess: \(address.rawValue.hexadecimal())"
        }
    }
}

extension MemoryAccess.Kind {
    var verb: String {
        switch self {
        case .read: "load"
        case .write: "store"
        case .fetch: "fetch"
        }
    }
}

extension Walk.Step {
    /// `level 4, frame 0x0, entry 256: 0x0000000000001023`.
    public var line: String {
        "level \(level.rawValue), frame \(table.rawValue.hexadecimal(digits: 1)), "
            + "entry \(String(index).aligned(to: 3)): \(entry.rawValue.hexadecimal())"
    }
}

extension Level {
    /// The name of a table of this level, as in the processor's manual.
    public var name: String {
        switch self {
        case .pml4: "PML4 table"
        case .pageDirectoryPointerTable: "page-directory-pointer table"
        case .pageDirectory: "page directory"
        case .pageTable: "page table"
        }
    }
}

extension ProcessorFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .address(let fault):
            return "general-protection fault: \(fault.address.rawValue.hexadecimal()) "
                + "is not canonical"
        case .page(let fault):
            let address = fault.address.rawValue.hexadecimal()
            let code = UInt64(fault.code.rawValue).hexadecimal(digits: 1)
            return "page fault at \(address), code \(code): \(fault.code.words)"
        }
    }
}

extension PageFaultCode {
    /// The five bits, read out.
    public var words: String { "\(who) \(what), \(why)" }
}
