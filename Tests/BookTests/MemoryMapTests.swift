import Foundation
import Testing

/// The examples on memory maps of other machines than QEMU's. A chapter joins with a line in
/// `examples`.
@Suite struct MemoryMapTests {
    /// A chapter's command, and what it prints on a machine with so many frames.
    struct Example: CustomTestStringConvertible {
        var command: String
        var line: @Sendable (_ frames: Int) -> String
        /// What it says of a map that has four frames; nil if they are enough.
        var tooSmall: String?
        /// What it says of a map whose memory all lies above 2^47; nil if it can use it.
        var tooHigh: String?

        var testDescription: String { command }
    }

    private static let noIdentityMap =
        "has usable memory at 0x0000800000000000, where no identity map reaches"

    static let examples = [
        Example(command: "naive-stack") { ", \($0) frames, " },
        Example(
            command: "paging", line: { "The machine has \($0) frames; " },
            tooSmall: "has 4 usable frames; this program needs 12", tooHigh: noIdentityMap),
        Example(
            command: "temporary-mapping", line: { _ in "What it costs, in steady state:" },
            tooSmall: "has 4 usable frames; this program needs 512", tooHigh: noIdentityMap),
        Example(
            command: "recursive-mapping", line: { _ in "What it costs, in steady state:" },
            tooSmall: "has no 2 MiB of usable memory that begin at a multiple of 2 MiB, "
                + "beyond its first 64 frames; this program needs them"),
        Example(
            command: "direct-map", line: { _ in "What it costs, in steady state:" },
            tooSmall: "has 4 usable frames; this program needs 5",
            tooHigh: "has usable memory at 0x0000800000000000, "
                + "and the direct map has room for 64.0 TiB"),
    ]

    private func run(_ example: Example, with map: String) async throws -> Run {
        let folder = try ThrowAwayBook()
        try folder.write("map", map)
        return try await Run(
            .path(.init(BuiltProducts.folder.appendingPathComponent(example.command).path)),
            ["--memory-map", "map"], in: folder.root)
    }

    private static let map64GiB = """
        BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
        BIOS-e820: [mem 0x0000000000100000-0x00000000bfffffff] usable
        BIOS-e820: [mem 0x0000000100000000-0x000000103fffffff] usable

        """

    @Test(
        arguments: examples,
        [(map64GiB, 16_777_119), ("0-ffffffffff : System RAM\n", 268_435_456)])
    func aLargeMachineIsNoTrouble(
        example: Example, machine: (map: String, frames: Int)
    ) async throws {
        let run = try await run(example, with: machine.map)
        #expect(run.succeeded, "\(run.error)")
        #expect(run.output.contains(example.line(machine.frames)), "\(run.output)")
        #expect(run.error == "")
    }

    /// One line that names the map and what is wrong with it, or success.
    private func expect(_ problem: String?, of example: Example, with map: String) async throws {
        let run = try await run(example, with: map)
        if let problem {
            #expect(run.error == "Error: the memory map in map \(problem)\n")
            #expect(run.status == .exited(1))
        } else {
            #expect(run.succeeded, "\(run.error)")
        }
    }

    @Test(arguments: examples)
    func aMapWithoutRoomForTablesIsRefused(example: Example) async throws {
        try await expect(example.tooSmall, of: example, with: "0-3fff : System RAM\n")
    }

    @Test(arguments: examples)
    func aMapWithAllMemoryOutOfReachIsRefused(example: Example) async throws {
        try await expect(
            example.tooHigh, of: example, with: "800000000000-8000007fffff : System RAM\n")
    }
}
