import CPU
import ExampleSupport
import Foundation
import NaiveStack
import Reservoir
import StoringElsewhere

/// Memory of this process that stands for a machine's: frame 0 is its first 4096 bytes.
///
/// It is anonymous and private, and reserved only: the host finds memory for what is touched, in
/// pages of 2 MiB where Linux is willing, as a direct map would have them. Threads may share it as
/// processors share memory: who uses a frame at the same time as another has made a mistake.
@safe
public final class Arena: @unchecked Sendable {
    private let start: UnsafeMutableRawPointer
    /// In bytes.
    public let size: UInt64

    /// - Parameter size: in bytes, a multiple of 2 MiB.
    /// - Throws: `MeasurementError` if the host refuses so many addresses.
    public init(reserving size: UInt64) throws(MeasurementError) {
        #if os(Linux)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        #else
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        #endif
        guard let length = Int(exactly: size), size > 0, size % Self.alignment == 0 else {
            throw MeasurementError("an arena of \(size) bytes: it takes a multiple of 2 MiB")
        }
        // Room to begin at a multiple of 2 MiB; what is left over is never touched.
        let reserved = unsafe mmap(
            nil, length + Int(Self.alignment), PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let reserved = unsafe reserved, unsafe reserved != MAP_FAILED else {
            let amount = ExampleSupport.size(size)
            throw MeasurementError(
                "the host refuses \(amount) of addresses: \(unsafe String(cString: strerror(errno)))"
                    + "; give less with --memory, or raise the limit that 'ulimit -v' shows")
        }
        unsafe start = reserved.alignedUp(toMultipleOf: Int(Self.alignment))
        self.size = size
        #if os(Linux)
        // A wish; without it everything runs, in pages of 4 KiB.
        _ = unsafe madvise(start, length, MADV_HUGEPAGE)
        #endif
        unsafe (self.reserved, reservedLength) = (reserved, length + Int(Self.alignment))
    }

    private static let alignment: UInt64 = 2 << 20
    private let reserved: UnsafeMutableRawPointer
    private let reservedLength: Int

    deinit { unsafe munmap(reserved, reservedLength) }

    /// Touches every page, so that none has to be found while something is timed.
    public func commit() {
        for offset in stride(from: 0, to: Int(size), by: Int(Frame.size)) {
            unsafe start.storeBytes(of: 0, toByteOffset: offset, as: UInt64.self)
        }
    }

    /// Reaches the frames by an addition, as a direct map does.
    public var access: ArenaAccess { unsafe ArenaAccess(start, frames: size / Frame.size) }

    /// Its words from an offset in bytes on, a multiple of 8.
    public func words(from offset: UInt64 = 0) -> MappedWords {
        precondition(offset <= size && offset % 8 == 0, "the words must lie in the arena")
        return unsafe MappedWords(at: start + Int(offset))
    }

    /// The words of some frames, for an allocator whose processors share them.
    public func words(of frames: Range<FrameNumber>) -> SharedWords {
        let offset = frames.lowerBound.rawValue * Frame.size
        precondition(frames.upperBound.rawValue * Frame.size <= size, "the frames lie behind it")
        return unsafe SharedWords(at: start + Int(offset))
    }

    /// The memory that this machine can still give, in bytes; half of all of it where the system
    /// does not say.
    public static var availableMemory: UInt64 {
        let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)
        for line in (text ?? "").split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            let figure = line.split(separator: " ").dropFirst().first
            if let kibibytes = figure.flatMap({ UInt64($0) }) { return kibibytes << 10 }
        }
        return ProcessInfo.processInfo.physicalMemory / 2
    }
}

/// Reaches the frames of an arena: one addition, and a load or a store.
@safe
public struct ArenaAccess: FrameAccess {
    private let start: UnsafeMutableRawPointer
    private let frames: UInt64

    fileprivate init(_ start: UnsafeMutableRawPointer, frames: UInt64) {
        unsafe self.start = start
        self.frames = frames
    }

    public func load(word: Int, of frame: FrameNumber) -> UInt64 {
        let offset = offset(of: word, in: frame)
        return unsafe start.load(fromByteOffset: offset, as: UInt64.self)
    }

    public func store(_ value: UInt64, word: Int, of frame: FrameNumber) {
        let offset = offset(of: word, in: frame)
        unsafe start.storeBytes(of: value, toByteOffset: offset, as: UInt64.self)
    }

    /// Writes the same value to all words of a frame, as the kernel does.
    public func fill(_ frame: FrameNumber, with value: UInt64) {
        let first = unsafe start + offset(of: 0, in: frame)
        #if arch(x86_64)
        fillUInt64(UInt64(UInt(bitPattern: first)), UInt64(Frame.wordCount), value)
        #else
        unsafe first.assumingMemoryBound(to: UInt64.self)
            .update(repeating: value, count: Frame.wordCount)
        #endif
    }

    private func offset(of word: Int, in frame: FrameNumber) -> Int {
        precondition((0..<Frame.wordCount).contains(word), "a frame has words 0 to 511")
        precondition(frame.rawValue < frames, "the frame lies behind the arena")
        return Int(frame.rawValue * Frame.size) + word * 8
    }
}

/// Why something cannot be measured, in a line.
public struct MeasurementError: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
