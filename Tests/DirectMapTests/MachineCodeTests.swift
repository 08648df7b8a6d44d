#if arch(x86_64)
import TestSupport
import Testing

// What the compiler makes of a pop and a push through the direct map. The program is the code of
// the chapters, optimised as one module, over a processor that is the host's own.

private let probe = """
    struct RawProcessor: Processor {
        var tableBase: FrameNumber { FrameNumber(0) }
        func load(from address: VirtualAddress) throws(Never) -> UInt64 {
            UnsafePointer<UInt64>(bitPattern: UInt(address.rawValue)).unsafelyUnwrapped.pointee
        }
        func store(_ value: UInt64, to address: VirtualAddress) throws(Never) {
            UnsafeMutablePointer<UInt64>(bitPattern: UInt(address.rawValue))
                .unsafelyUnwrapped.pointee = value
        }
        func invalidate(_ address: VirtualAddress) {}
        func setTableBase(_ frame: FrameNumber) {}
    }
    @inline(never) public func popProbe(_ stack: inout FrameStack) -> UInt64 {
        var memory = DirectMap(in: DirectMapRegion(entries: 256..<384), on: RawProcessor())
        guard let frame = stack.pop(through: &memory) else { return .max }
        return frame.relinquish().rawValue
    }
    @inline(never) public func pushProbe(_ stack: inout FrameStack, _ number: UInt64) {
        var memory = DirectMap(in: DirectMapRegion(entries: 256..<384), on: RawProcessor())
        stack.push(Frame(claiming: FrameNumber(number)), through: &memory)
    }
    """

/// How often instructions read and write memory: an operand in parentheses, the last one written.
private func accesses(_ instructions: [String]) -> (loads: Int, stores: Int) {
    var result = (loads: 0, stores: 0)
    for instruction in instructions where instruction.contains("(%") {
        if !instruction.hasPrefix("mov") {
            result.loads += 1
            result.stores += 1
        } else if instruction.hasSuffix(")") {
            result.stores += 1
        } else {
            result.loads += 1
        }
    }
    return result
}

@Test func aPopIsTwoLoadsAndAStoreAndTheCounter() throws {
    let code = try MachineCode(
        of: ["01-naive-stack", "02-paging", "03-temporary-mapping", "05-direct-map"],
        probe: probe)

    // Two loads and a store for the stack; a load and a store for the counter.
    let pop = code.instructions(of: "popProbe")
    #expect(pop.count > 10)
    #expect(accesses(pop) == (loads: 3, stores: 2))
    #expect(!pop.contains { $0.hasPrefix("call") })
    // A load and two stores for the stack; a load and a store for the counter.
    let push = code.instructions(of: "pushProbe")
    #expect(push.count > 10)
    #expect(accesses(push) == (loads: 2, stores: 3))
    #expect(!push.contains { $0.hasPrefix("call") })
}
#endif
