import DirectMap
import NaiveStack
import Paging

/// The processor, with whatever instructions your kernel has for these.
struct MyProcessor: Processor {
    func load(from address: VirtualAddress) -> UInt64 { 0 }
    func store(_ value: UInt64, to address: VirtualAddress) {}
    func invalidate(_ address: VirtualAddress) {}
    var tableBase: FrameNumber { FrameNumber(0) }
    func setTableBase(_ frame: FrameNumber) {}
}

/// Frames of a kernel that has a direct map in the first entry of the upper half.
struct MyFrames: ~Copyable {
    private var allocator: CursorAndStack
    private var memory = DirectMap(in: DirectMapRegion(entries: 256..<257), on: MyProcessor())

    init(_ entries: borrowing Span<MemoryMapEntry>) throws(MemoryMapError) {
        allocator = CursorAndStack(over: try MemoryMap(cleaning: entries))
    }

    mutating func allocate() -> Frame? { allocator.allocate(through: &memory) }
    mutating func free(_ frame: consuming Frame) { allocator.free(frame, through: &memory) }
}
