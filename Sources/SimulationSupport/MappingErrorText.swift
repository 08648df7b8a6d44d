import ExampleSupport
import Paging
import SimulatedMachine
import TemporaryMapping

extension MappingError: CustomStringConvertible where Fault == ProcessorFault {
    /// One line: the address, and what is the matter with it.
    public var description: String {
        "\(address.rawValue.hexadecimal()): \(reason.words)"
    }
}

extension MappingError.Reason where Fault == ProcessorFault {
    var words: String {
        switch self {
        case .notCanonical: "not canonical; bits 63 to 47 must all be equal"
        case .notAPage: "no page begins there; pages begin at multiples of 4096"
        case .alreadyMapped(let frame):
            "frame \(frame.rawValue.hexadecimal(digits: 1)) is mapped there already"
        case .notMapped: "nothing is mapped there"
        case .notOwned(let frame):
            "frame \(frame.rawValue.hexadecimal(digits: 1)) was not mapped there by 'map'"
        case .largePage(let level): "it lies in a large page, mapped in the \(level.name)"
        case .reservedBitSet(let level):
            "an entry of the \(level.name) on the way has a reserved bit set"
        case .leadsToATable: "it leads to a table; only pages can be mapped and unmapped"
        case .outOfFrames: "there are no frames left"
        case .fault(let fault): "the processor was stopped on the way: \(fault)"
        }
    }
}
