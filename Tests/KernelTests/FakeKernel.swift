import Boot
import NaiveStack
import Paging
import Reservoir

@testable import Kernel

/// Walks tables that no processor uses. What is stored is put aside, so that nothing breaks.
final class FakeProcessor: Processor {
    private let memory: SparseMemory
    let tableBase: FrameNumber
    private var stored: [UInt64: UInt64] = [:]

    init(memory: SparseMemory, tableBase: FrameNumber) {
        (self.memory, self.tableBase) = (memory, tableBase)
    }

    private func translate(
        _ address: VirtualAddress, _ kind: MemoryAccess.Kind
    ) throws(ProcessorFault) -> UInt64 {
        do {
            var walk = try Walk(to: address, from: tableBase)
            var memory = memory
            let page = try walk.finish(through: &memory)
                .translation(of: address, for: MemoryAccess(kind))
            return page.physicalAddress(of: address).rawValue
        } catch let fault as PageFault {
            throw .page(fault)
        } catch {
            throw .address(AddressFault(address: address))
        }
    }

    func load(from address: VirtualAddress) throws(ProcessorFault) -> UInt64 {
        let physical = try translate(address, .read)
        let frame = FrameNumber(physical / Frame.size)
        return stored[physical] ?? memory.load(word: Int(physical % Frame.size) / 8, of: frame)
    }

    func store(_ value: UInt64, to address: VirtualAddress) throws(ProcessorFault) {
        stored[try translate(address, .write)] = value
    }

    func invalidate(_ address: VirtualAddress) {}
    func setTableBase(_ frame: FrameNumber) {}
}

/// A kernel without a machine.
struct FakeKernel: CommandedKernel, ~Copyable {
    let map: MemoryMap
    let space: AddressSpace
    let memory: SparseMemory
    let prober: FakeProcessor
    var allocator: FrameAllocator<WordsInFrames<SparseMemory>>
    var handedOut = HandedOutFrames()

    /// - Parameter frames: at least so many that there are frames for the tables.
    init(frames: UInt64 = 4096) throws {
        let entry = MemoryMapEntry(start: 2 << 20, length: frames * Frame.size, kind: .usable)
        let map = try MemoryMap(cleaning: [entry].span)
        let memory = SparseMemory()
        var early = CursorAndStack(over: map)
        let space = try AddressSpace(
            of: AddressSpaceTests().image, and: map, largestPage: .pageDirectory,
            tables: memory, through: memory, from: &early)
        var access = memory
        allocator = try FrameAllocator(takingOver: &early, of: map, through: &access) {
            WordsInFrames(memory: memory, first: $0.lowerBound)
        }
        self.map = map
        self.space = space
        self.memory = memory
        prober = FakeProcessor(memory: memory, tableBase: space.root)
    }

    var account: FrameAccount {
        FrameAccount(
            usable: map.frameCount, free: allocator.freeCount, handedOut: handedOut.count,
            tables: space.tableCount, kernel: handedOut.frameCount + allocator.metadata.count)
    }

    mutating func goWrong(by fault: PlannedFault, on processor: Int) throws(PlannedFaultFailure) {
        if processor != 0 { throw .noProcessor(processor) }
        throw .missing(fault)
    }

    func listProcessors<Output: Console & ~Copyable>(reportingTo console: inout Output) {
        console.print("(processors)")
    }

    mutating func bench<Output: Console & ~Copyable>(reportingTo console: inout Output) {
        console.print("(bench)")
    }

    mutating func test<Output: Console & ~Copyable>(
        reportingTo console: inout Output
    ) throws(KernelFailure) {
        throw .noUsableFrame
    }

    /// What it prints when somebody types this, without the echo of what was typed.
    mutating func answers(to text: String) -> [String] {
        var keyboard = Typist(bytes: Array(text.utf8)[...])
        var transcript = Transcript()
        outcome = converse(reading: &keyboard, reportingTo: &transcript)
        return transcript.text.split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("frames> ")
        }
    }

    /// How the last conversation ended.
    private(set) var outcome = Outcome.goOn
}

struct Typist: Keyboard {
    var bytes: ArraySlice<UInt8>

    mutating func read() -> UInt8? { bytes.popFirst() }
}
