import NaiveStack
import Paging
import TemporaryMapping
import Testing

@testable import Kernel

@Suite struct DemandMappingTests {
    private static let first = VirtualAddress(pml4: 300)

    private static func page(_ number: UInt64, code: PageFaultCode = .write) -> PageFault {
        PageFault(
            address: VirtualAddress(first.rawValue + number * Frame.size + 0x123), code: code)
    }

    /// Full of ones but for the root in frame 0.
    private let machine = TestMachine(size: 32 * 4096)

    init() {
        for address in 4096..<machine.bytes.count { machine.bytes[address] = 0xff }
    }

    /// A region of 16 pages.
    private func mapping(
        reserve frames: UInt64
    ) throws -> DemandMapping<TestMachine, TestMachine> {
        let entry = MemoryMapEntry(start: 4096, length: frames * Frame.size, kind: .usable)
        var allocator = CursorAndStack(over: try MemoryMap(cleaning: [entry].span))
        let end = VirtualAddress(Self.first.rawValue + 16 * Frame.size)
        var mapping = DemandMapping(
            of: Self.first..<end,
            in: PageTables(root: FrameNumber(0), through: machine),
            through: machine)
        var access = machine
        mapping.reserve.fill(from: &allocator, through: &access)
        return mapping
    }

    private func frame(behind fault: PageFault) throws -> FrameNumber? {
        var walk = try Walk(to: fault.address, from: FrameNumber(0))
        var memory = machine
        guard case .page(let translation) = walk.finish(through: &memory) else { return nil }
        #expect(translation.rights == .writable)
        return translation.firstFrame
    }

    @Test func aPageGetsAClearedFrame() throws {
        var mapping = try mapping(reserve: 20)
        #expect(mapping.reserve.count == FrameReserve.capacity)
        let isMapped = mapping.map(after: Self.page(3))
        #expect(isMapped)
        let frame = try #require(try frame(behind: Self.page(3)))
        for word in 0..<Frame.wordCount { #expect(machine.load(word: word, of: frame) == 0) }
        // Three tables and the page.
        #expect(mapping.reserve.count == 4)
        // The same fault again cannot be mended: the page is there.
        let isMappedTwice = mapping.map(after: Self.page(3))
        #expect(!isMappedTwice && mapping.reserve.count == 4)
    }

    @Test func theReserveIsTheLimit() throws {
        var mapping = try mapping(reserve: 20)
        for number: UInt64 in 0..<5 {
            let isMapped = mapping.map(after: Self.page(number))
            #expect(isMapped)
        }
        let isMapped = mapping.map(after: Self.page(5))
        #expect(!isMapped && mapping.reserve.count == 0)
        #expect(try frame(behind: Self.page(5)) == nil)
    }

    @Test func withTooFewForTheTablesNothingIsLost() throws {
        var mapping = try mapping(reserve: 3)
        let isMapped = mapping.map(after: Self.page(0))
        #expect(!isMapped && mapping.reserve.count == 3)
        #expect(machine.bytes[..<4096].allSatisfy { $0 == 0 })
    }

    @Test(arguments: [
        PageFault(address: VirtualAddress(first.rawValue - 1), code: []),
        PageFault(address: VirtualAddress(first.rawValue + 16 * Frame.size), code: []),
        page(0, code: [.present, .write]), page(0, code: .present),
    ])
    func othersAreNotMended(fault: PageFault) throws {
        var mapping = try mapping(reserve: 20)
        let isMapped = mapping.map(after: fault)
        #expect(!isMapped && mapping.reserve.count == FrameReserve.capacity)
    }
}
