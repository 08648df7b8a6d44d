import ArgumentParser
import Foundation
import NaiveStack

/// The options that every chapter's executable takes: the machine to run on, and how much to show.
public struct MachineOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The memory map of a machine: a file with what Linux printed, or - for standard input.",
            discussion: """
                It takes the output of 'dmesg | grep BIOS-e820' and of /proc/iomem (as root). \
                Without it, the machine is QEMU's q35 with 128 MiB.
                """,
            valueName: "file"))
    var memoryMap: String?

    @Flag(help: "Show every access to memory, one line each.")
    public var trace = false

    public init() {}

    /// The machine that was asked for.
    ///
    /// - Throws: a `MemoryMapTextError` if there is no memory map to be read.
    public func machine() throws(MemoryMapTextError) -> Machine {
        guard let memoryMap else { return .q35 }
        let name = memoryMap == "-" ? "standard input" : memoryMap
        let text = try Self.contents(of: memoryMap, name: name)
        return Machine(
            description: "The memory map in \(name)",
            source: "the memory map in \(name)",
            entries: try MemoryMapText.parse(text, name: name))
    }

    private static func contents(
        of path: String, name: String
    ) throws(MemoryMapTextError) -> String {
        let data: Data
        do {
            let file =
                path == "-"
                ? FileHandle.standardInput
                : try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            data = try file.readToEnd() ?? Data()
        } catch {
            throw MemoryMapTextError(
                place: name, problem: "cannot be read; is there such a file, and may you read it?")
        }
        guard let text = String(data: data, encoding: .utf8) else {
            throw MemoryMapTextError(
                place: name, problem: "not a text; expected lines of dmesg or of /proc/iomem")
        }
        return text
    }
}

/// A machine to experiment on: where its memory map comes from, and the map.
public struct Machine {
    /// What the map is, at the head of a table.
    public var description: String
    /// The same within a sentence.
    public var source: String
    public var entries: [MemoryMapEntry]

    /// - Parameters:
    ///   - needed: how many usable frames an example needs.
    ///   - map: the cleaned entries.
    ///   - limit: where the first `needed` frames must end, in bytes.
    /// - Throws: `UnsuitableMap` if there are fewer frames, or some of them lie too high.
    public func require(
        frames needed: Int, in map: MemoryMap, below limit: UInt64 = PhysicalAddress.limit
    ) throws(UnsuitableMap) {
        if map.frameCount < needed {
            throw UnsuitableMap(
                "\(source) has \(counted(map.frameCount, "usable frame")); "
                    + "this program needs \(needed)")
        }
        let frames = (0..<map.count).lazy.flatMap { map[$0] }.prefix(needed)
        if let frame = frames.first(where: { $0.address.rawValue >= limit }) {
            throw UnsuitableMap(
                "\(source) has usable memory at \(frame.address.rawValue.hexadecimal()), "
                    + "where no identity map reaches")
        }
    }

    /// QEMU's q35 machine with 128 MiB, as SeaBIOS reports it; the boot tests compare.
    static var q35: Machine {
        func entry(
            _ first: UInt64, _ last: UInt64, _ kind: MemoryMapEntry.Kind
        ) -> MemoryMapEntry {
            MemoryMapEntry(start: first, length: last - first + 1, kind: kind)
        }
        return Machine(
            description: "The memory map of QEMU's q35 machine with 128 MiB",
            source: "the memory map of QEMU's q35 machine",
            entries: [
                entry(0x0, 0x9_fbff, .usable),
                entry(0x9_fc00, 0x9_ffff, .reserved),
                entry(0xf_0000, 0xf_ffff, .reserved),
                entry(0x10_0000, 0x7fd_ffff, .usable),
                entry(0x7fe_0000, 0x7ff_ffff, .reserved),
                entry(0xb000_0000, 0xbfff_ffff, .reserved),
                entry(0xfed1_c000, 0xfed1_ffff, .reserved),
                entry(0xfffc_0000, 0xffff_ffff, .reserved),
                entry(0xfd_0000_0000, 0xff_ffff_ffff, .reserved),
            ])
    }
}

/// A memory map that was read, but on which an example cannot run.
public struct UnsuitableMap: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}
