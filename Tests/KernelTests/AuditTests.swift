import NaiveStack
import Paging
import Reservoir
import Testing

@testable import Kernel

/// An audit must find what is wrong; where nothing ever is, one would not know.
@Suite struct AuditTests {
    /// What an audit says of a kernel with some frames out and some back, once it was spoilt. The
    /// frames that are back are in the reservoir, but for the last.
    private func failure(
        spoiling spoil: (inout FakeKernel, _ out: [FrameNumber], _ back: [FrameNumber]) throws ->
            Void
    ) throws -> AuditFailure? {
        var kernel = try FakeKernel()
        let frames = (0..<10).map { _ in kernel.handOut()! }
        for frame in frames.prefix(4) { try kernel.takeBack(frame) }
        kernel.allocator.flush()
        try kernel.takeBack(frames[4])
        try spoil(&kernel, Array(frames.suffix(5)), Array(frames.prefix(5)))
        do {
            _ = try kernel.audit()
            return nil
        } catch {
            return error
        }
    }

    /// The place of the word with a frame's bit, found by what changes when the frame is taken.
    private func place(
        of frame: FrameNumber, in kernel: inout FakeKernel
    ) throws -> (frame: FrameNumber, word: Int, bit: UInt64) {
        func words(_ kernel: borrowing FakeKernel) -> [UInt64] {
            kernel.allocator.metadata.flatMap { holder in
                (0..<Frame.wordCount).map { kernel.memory.load(word: $0, of: holder) }
            }
        }
        let bit: UInt64 = 1 << (frame.rawValue % 64)
        kernel.allocator.flush()
        let before = words(kernel)
        guard let taken = kernel.allocator.allocate(frame)?.relinquish() else {
            throw AuditFailure.lost(frame)
        }
        let after = words(kernel)
        let index = try #require(before.indices.first { before[$0] ^ after[$0] == bit })
        try kernel.allocator.free(number: taken.rawValue)
        kernel.allocator.flush()
        let holder = kernel.allocator.metadata.lowerBound.advanced(by: index / Frame.wordCount)
        return (holder, index % Frame.wordCount, bit)
    }

    @Test func findsNothingWhereNothingIsWrong() throws {
        #expect(try failure { _, _, _ in } == nil)
    }

    @Test func whatStandsInAFreeFrameDoesNotMatter() throws {
        #expect(
            try failure { kernel, _, back in
                var memory = kernel.memory
                for frame in back { memory.fill(frame, with: 42) }
            } == nil)
    }

    @Test func findsABitThatIsWrong() throws {
        var spoilt = FrameNumber(0)
        let lost = try failure { kernel, _, back in
            let (holder, word, bit) = try place(of: back[0], in: &kernel)
            let bits = kernel.memory.load(word: word, of: holder)
            kernel.memory.store(bits & ~bit, word: word, of: holder)
            spoilt = back[0]
        }
        #expect(lost == .lost(spoilt))
        // All frames of a block that has tables, and frames that are handed out.
        let twice = try failure { kernel, _, back in
            let (holder, word, _) = try place(of: back[0], in: &kernel)
            kernel.memory.store(.max, word: word, of: holder)
        }
        guard case .twice = twice else {
            Issue.record("\(String(describing: twice))")
            return
        }
    }

    @Test func findsRegionsThatAreNotTheMaps() throws {
        #expect(
            try failure { kernel, _, _ in
                // A region's first frame, where the map's range begins.
                let holder = kernel.allocator.metadata.lowerBound
                let words = (0..<Frame.wordCount)
                let word = try #require(
                    words.first { kernel.memory.load(word: $0, of: holder) == 512 })
                kernel.memory.store(510, word: word, of: holder)
            } == .brokenRegions)
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
            lost = kernel.allocator.allocate()!.relinquish()
        }
        #expect(failure == .lost(lost))
    }

    @Test func findsAWrongCounter() throws {
        let failure = try failure { kernel, _, _ in
            // The first word counts the frames that are free in the reservoir.
            let holder = kernel.allocator.metadata.lowerBound
            let count = kernel.memory.load(word: 0, of: holder)
            kernel.memory.store(count + 1, word: 0, of: holder)
        }
        guard case .freeCount(let counter, let found) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(counter == found + 1)
    }

    @Test func findsWhatTheListCannotHold() throws {
        func failure(listing number: UInt64) throws -> AuditFailure? {
            try self.failure { kernel, _, _ in
                kernel.memory.store(number, word: 1, of: FrameNumber(kernel.handedOut.last))
            }
        }
        #expect(try failure(listing: 7) == .foreign(7, .handedOut))
        #expect(try failure(listing: 1 << 60) == .foreign(1 << 60, .handedOut))
        #expect(try failure(listing: 4000) == .early(FrameNumber(4000), .handedOut))
        let own = try FakeKernel().allocator.metadata.lowerBound
        #expect(try failure(listing: own.rawValue) == .allocators(own, .handedOut))
    }

    /// A number on the list that the allocator knows to be free is not freed again.
    @Test func aBrokenListIsNotBelieved() throws {
        var kernel = try FakeKernel()
        let frames = (0..<3).map { _ in kernel.handOut()! }
        try kernel.takeBack(frames[0])
        kernel.memory.store(
            frames[0].rawValue, word: 1, of: FrameNumber(kernel.handedOut.last))
        #expect(throws: RefusedFree.refused(frames[0], .alreadyFree)) {
            try kernel.takeBack(frames[0])
        }
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
                var walk = try Walk(to: page, from: kernel.space.root)
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

    /// The magazine is afterwards what it was before, so an audit changes nothing that one sees.
    @Test func leavesTheNextFrameAlone() throws {
        var audited = try FakeKernel()
        var other = try FakeKernel()
        for _ in 0..<3 {
            _ = try audited.audit()
            #expect(audited.handOut() == other.handOut())
        }
    }
}
