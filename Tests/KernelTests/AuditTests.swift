import NaiveStack
import Paging
import Testing

@testable import Kernel

/// An audit must find what is wrong; where nothing ever is, one would not know.
@Suite struct AuditTests {
    /// What an audit says of a kernel with some frames out and some back, once it was spoilt.
    private func failure(
        spoiling spoil: (inout FakeKernel, _ out: [FrameNumber], _ back: [FrameNumber]) -> Void
    ) throws -> AuditFailure? {
        var kernel = try FakeKernel()
        let frames = (0..<10).map { _ in kernel.handOut()! }
        for frame in frames.prefix(5) { _ = kernel.takeBack(frame) }
        spoil(&kernel, Array(frames.suffix(5)), Array(frames.prefix(5)))
        do {
            _ = try kernel.audit()
            return nil
        } catch {
            return error
        }
    }

    private func top(_ kernel: borrowing FakeKernel) -> FrameNumber {
        FrameNumber(kernel.allocator.firstReturned)
    }

    @Test func findsNothingWhereNothingIsWrong() throws {
        #expect(try failure { _, _, _ in } == nil)
    }

    @Test func findsBrokenLinks() throws {
        #expect(
            try failure { kernel, _, _ in
                kernel.memory.store(42, word: 0, of: top(kernel))
            } == .brokenLink(42))
        #expect(
            try failure { kernel, _, _ in
                kernel.memory.store(1 << 60, word: 0, of: top(kernel))
            } == .brokenLink(1 << 60))
        #expect(
            try failure { kernel, _, _ in
                kernel.memory.store(top(kernel).rawValue, word: 0, of: top(kernel))
            } == .stackLength(5))
    }

    @Test func findsAFrameInTwoPlaces() throws {
        // A free frame on the list of what is handed out.
        let failure = try failure { kernel, _, back in
            let list = FrameNumber(kernel.handedOut.last)
            kernel.memory.store(back[0].rawValue, word: 1, of: list)
        }
        guard case .twice(_, .handedOut) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func findsALostFrame() throws {
        var lost = FrameNumber(0)
        let failure = try failure { kernel, _, _ in
            var memory = kernel.memory
            lost = kernel.allocator.allocate(through: &memory)!.relinquish()
        }
        #expect(failure == .lost(lost))
    }

    @Test func findsWhatTheListCannotHold() throws {
        #expect(
            try failure { kernel, _, _ in
                kernel.memory.store(7, word: 1, of: FrameNumber(kernel.handedOut.last))
            } == .foreign(7, .handedOut))
        #expect(
            try failure { kernel, _, _ in
                kernel.memory.store(4000, word: 1, of: FrameNumber(kernel.handedOut.last))
            } == .early(FrameNumber(4000), .handedOut))
    }

    @Test func findsWhatIsWrongInTheTables() throws {
        #expect(
            try failure { kernel, _, _ in
                let root = kernel.space.root
                let entry = kernel.memory.load(word: 510, of: root)
                kernel.memory.store(entry & ~(1 << 63), word: 510, of: root)
            } == .recursiveEntry)
        // The direct map's large page that holds the frames themselves.
        let page = VirtualAddress(0xffff_8000_0020_0000)
        #expect(
            try failure { kernel, _, _ in
                var memory = kernel.memory
                var walk = try! Walk(to: page, from: kernel.space.root)
                var last: Walk.Step?
                while let step = walk.step(through: &memory) { last = step }
                kernel.memory.store(
                    last!.entry.rawValue & ~(1 << 63), word: last!.index, of: last!.table)
            } == .writableAndExecutable(page))
    }

    @Test func marksTakeAFrameForEach32768AndOne() {
        #expect(FrameMarks.frameCount(for: 1) == 2)
        #expect(FrameMarks.frameCount(for: 32_769) == 3)
        // What lies beyond 64 GiB gets another pass, and no more frames.
        #expect(FrameMarks.frameCount(for: .max) == 513)
    }
}
