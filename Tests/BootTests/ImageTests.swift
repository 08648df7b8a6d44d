import Foundation
import Testing

/// What the image is made of.
@Suite struct ImageTests {
    /// A loadable segment of an ELF64 file: the fields of its program header.
    struct Segment {
        static let loadable: UInt32 = 1
        static let note: UInt32 = 4

        let type: UInt32
        let flags: UInt32
        let offset: UInt64
        let physicalAddress: UInt64
        let fileSize: UInt64
        let memorySize: UInt64
    }

    private func segments() async throws -> [Segment] {
        let file = try await Data(contentsOf: URL(filePath: Tool.image()))
        func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
            unsafe file.withUnsafeBytes {
                unsafe $0.loadUnaligned(fromByteOffset: offset, as: Number.self)
            }
        }
        try #require(file.prefix(5) == Data([0x7f, 0x45, 0x4c, 0x46, 2]))
        let start = Int(number(UInt64.self, at: 32))
        let size = Int(number(UInt16.self, at: 54))
        return (0..<Int(number(UInt16.self, at: 56))).map { index in
            let header = start + index * size
            return Segment(
                type: number(UInt32.self, at: header),
                flags: number(UInt32.self, at: header + 4),
                offset: number(UInt64.self, at: header + 8),
                physicalAddress: number(UInt64.self, at: header + 24),
                fileSize: number(UInt64.self, at: header + 32),
                memorySize: number(UInt64.self, at: header + 40))
        }
    }

    /// All that a stripped file holds beyond its last segment is a table of section headers.
    @Test func isSmallerThan264KiBWhenStripped() async throws {
        let end = try await segments().map { $0.offset + $0.fileSize }.max()!
        #expect(end + 1024 < 264 << 10)
    }

    @Test func noSegmentIsBothWritableAndExecutable() async throws {
        let loadable = try await segments().filter { $0.type == Segment.loadable }
        #expect(loadable.count >= 3)
        for segment in loadable { #expect(segment.flags & 0b11 != 0b11) }
    }

    @Test func liesFromOneMebibyteUpwards() async throws {
        let loadable = try await segments().filter { $0.type == Segment.loadable }
        #expect(loadable.map(\.physicalAddress).min() == 1 << 20)
        // The boot tables reach 1 GiB, and machines may have as little as 4 MiB.
        #expect(loadable.map { $0.physicalAddress + $0.memorySize }.max()! < 2 << 20)
    }

    @Test func hasThePVHNote() async throws {
        #expect(try await segments().contains { $0.type == Segment.note })
    }
}
