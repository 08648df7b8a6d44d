import NaiveStack
import StoringElsewhere
import TemporaryMapping
import TestSupport

/// What `AllocationModel` asks of an allocator. Adapters make it of any: `OutsideFrames` of one
/// that touches no free frame, `InFrames` of one that does.
public protocol AllocatorUnderTest: ~Copyable {
    var freeCount: Int { get }

    /// - Throws: `Unreachable` if a frame could not be reached; then nothing has changed.
    mutating func allocate() throws(Unreachable) -> Frame?
    /// - Throws: `Unreachable`; then the frame is still there.
    mutating func free(_ frame: inout Frame?) throws(Unreachable)

    /// Whether `free(number:)` can be asked.
    var checksNumbers: Bool { get }
    /// Frees a number from outside.
    ///
    /// - Returns: false if it was refused.
    mutating func free(number: UInt64) -> Bool

    /// Whether `allocateRun` and `freeRun` can be asked.
    var findsRuns: Bool { get }
    /// - Returns: nil if no run is so long and so aligned.
    mutating func allocateRun(of count: Int, alignedTo alignment: Int) -> Range<FrameNumber>?
    mutating func freeRun(_ frames: Range<FrameNumber>)
}

extension AllocatorUnderTest where Self: ~Copyable {
    public var checksNumbers: Bool { false }
    public mutating func free(number: UInt64) -> Bool { fatalError("it checks no numbers") }

    public var findsRuns: Bool { false }
    public mutating func allocateRun(
        of count: Int, alignedTo alignment: Int
    ) -> Range<FrameNumber>? { fatalError("it finds no runs") }
    public mutating func freeRun(_ frames: Range<FrameNumber>) { fatalError("it finds no runs") }
}

/// A frame could not be reached.
public struct Unreachable: Error {}

/// A memory that fails now and then, before it has done anything.
public struct UnreliableMemory: FrameAccess {
    public var base = CountedMemory()
    private var random: SplitMix64
    /// It fails once in so many times; 0 for never.
    public var oddsOfFailure: Int

    public init(seed: UInt64, failingOnceIn oddsOfFailure: Int = 16) {
        random = SplitMix64(seed: seed)
        self.oddsOfFailure = oddsOfFailure
    }

    private mutating func mayFail() throws(Unreachable) {
        if oddsOfFailure > 0 && random.isOnce(in: oddsOfFailure) { throw Unreachable() }
    }

    public mutating func load(word: Int, of frame: FrameNumber) throws(Unreachable) -> UInt64 {
        try mayFail()
        return base.load(word: word, of: frame)
    }

    public mutating func store(
        _ value: UInt64, word: Int, of frame: FrameNumber
    ) throws(Unreachable) {
        try mayFail()
        base.store(value, word: word, of: frame)
    }
}

/// A source of frames that counts what it has.
public protocol CountingSource: FrameSource, ~Copyable {
    var freeCount: Int { get }
}

extension CursorAndStack: CountingSource {}

/// A design with links in its free frames, over a memory that fails now and then.
public struct InFrames<Source: CountingSource & ~Copyable>: AllocatorUnderTest, ~Copyable {
    public var source: Source
    public var memory: UnreliableMemory

    public init(_ source: consuming Source, through memory: UnreliableMemory) {
        self.source = source
        self.memory = memory
    }

    public var freeCount: Int { source.freeCount }

    public mutating func allocate() throws(Unreachable) -> Frame? {
        try source.allocate(through: &memory)
    }

    public mutating func free(_ frame: inout Frame?) throws(Unreachable) {
        try source.free(&frame, through: &memory)
    }
}

/// A design that touches none of its free frames.
public struct OutsideFrames<Allocator: FrameAllocating & ~Copyable>:
    AllocatorUnderTest, ~Copyable
{
    public var allocator: Allocator

    public init(_ allocator: consuming Allocator) { self.allocator = allocator }

    public var freeCount: Int { allocator.freeCount }
    public mutating func allocate() -> Frame? { allocator.allocate() }
    public mutating func free(_ frame: inout Frame?) { allocator.free(frame.take()!) }
}
