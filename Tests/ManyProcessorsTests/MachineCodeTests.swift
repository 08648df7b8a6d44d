#if arch(x86_64)
import TestSupport
import Testing

// What the compiler makes of the fast path. An instruction with the prefix LOCK, or XCHG with
// memory, has the processor's caches to itself for some ten times as long as a plain store.

private let probe = """
    @inline(never)
    public func pairProbe(_ allocator: inout FrameAllocator<SharedWords>) -> UInt64 {
        guard let frame = allocator.allocate() else { return .max }
        let number = frame.relinquish().rawValue
        allocator.free(Frame(claiming: FrameNumber(number ^ 1)))
        return number
    }
    @inline(never) public func exchangeProbe(_ words: SharedWords) -> Bool {
        words.exchange(0, expecting: 0, for: 1).exchanged
    }
    """

private func isLocked(_ instruction: String) -> Bool {
    instruction.hasPrefix("lock") || instruction.hasPrefix("xchg") && instruction.contains("(")
}

@Test func theFastPathHasNoLockedInstruction() throws {
    let code = try MachineCode(
        of: [
            "01-naive-stack", "02-paging", "03-temporary-mapping", "06-storing-elsewhere",
            "07-reservoir", "09-many-processors",
        ], probe: probe)
    // So that we know what would be found.
    #expect(code.instructions(of: "exchangeProbe").contains(where: isLocked))

    let pair = code.instructions(of: "pairProbe")
    #expect(pair.count > 10)
    let locked = pair.filter(isLocked)
    #expect(locked.isEmpty, "\(locked)")
    // Out of line: an empty magazine, a full one, and what traps.
    let calls = pair.filter { $0.hasPrefix("call") }
    #expect(calls.count <= 3, "\(calls)")
}
#endif
