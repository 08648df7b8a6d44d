import DirectMap
import NaiveStack
import Paging
import Reservoir

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
    private var allocator: FrameAllocator<SharedWords>
    private var memory = DirectMap(in: DirectMapRegion(entries: 256..<257), on: MyProcessor())

    /// - Returns: nil if no frames of the map can hold the allocator's own words.
    init?(_ map: MemoryMap) {
        guard let plan = try? ReservoirPlan(for: map) else { return nil }
        let page = memory.region.page(of: plan.metadata.lowerBound)
        guard let words = UnsafeMutableRawPointer(bitPattern: UInt(page.rawValue)) else {
            return nil
        }
        allocator = FrameAllocator(plan, notedIn: SharedWords(at: words))
    }

    mutating func allocate() -> Frame? { allocator.allocate() }
    mutating func allocateZeroed() -> Frame? { allocator.allocateZeroed(through: &memory) }
    mutating func free(_ frame: consuming Frame) { allocator.free(frame) }
}
