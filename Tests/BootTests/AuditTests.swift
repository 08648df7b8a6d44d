import Foundation
import Subprocess
import Testing

@testable import Launcher

/// The kernel's page tables as they lie in the machine's memory, read by no code of the kernel's.
@Suite(.serialized) struct AuditTests {
    static let mebibytes: UInt64 = 16

    /// On two machines, and on the first one also after the processor was tried with random tables.
    @Test(arguments: [
        ["--append", "fault=silence"],
        ["--append", "fault=silence", "--machine", "microvm"],
        ["--append", "judge=1 judge-count=500 fault=silence"],
    ])
    func nothingIsWritableAndExecutableOrUnnamed(options: [String]) async throws {
        let machine = try await WaitingMachine.dump(of: options, size: Self.mebibytes << 20)
        let pages = machine.pages()
        try #require(pages.count > 100)
        for page in pages where page.isWritable && page.isExecutable {
            Issue.record("writable and executable: \(page)")
        }
        for page in pages where page.isForPrograms { Issue.record("for programs too: \(page)") }

        let plan = try machine.plan()
        try #require(plan.count == 6)
        for page in pages {
            let owner = plan.first { $0.addresses.contains(page.address) }
            #expect(
                owner != nil && owner?.rights == page.rights
                    && page.address + (page.size - 1) <= owner?.addresses.upperBound ?? 0,
                "\(page) is \(owner?.name ?? "nobody's")")
        }
        // What the plan names is there, but for the page below each of four stacks.
        for part in plan where part.pageCount != nil {
            let own = pages.filter { part.addresses.contains($0.address) }
            let guards = part.name == "data" ? 4 : 0
            #expect(own.count == part.pageCount! - guards, "\(part.name)")
        }
        // The direct map shows each frame at its offset, and nothing beyond the memory.
        let directMap = try #require(plan.first { $0.name.hasPrefix("the direct map") })
        for page in pages where directMap.addresses.contains(page.address) {
            #expect(page.address - directMap.addresses.lowerBound == page.physicalAddress)
        }
    }
}

/// A machine that waits after its kernel has moved in, and what lay in its memory.
struct WaitingMachine {
    /// What the kernel printed.
    let output: String
    /// Register CR3.
    let tableBase: UInt64
    private let memory: Data

    /// Boots the kernel, waits until it waits, and asks QEMU's monitor for registers and memory.
    ///
    /// - Parameter size: of the memory, in bytes.
    static func dump(of options: [String], size: UInt64) async throws -> Self {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let pipe = folder.appending(path: "monitor").path
        for end in ["in", "out"] {
            let status = unsafe mkfifo("\(pipe).\(end)", 0o600)
            try #require(status == 0)
        }

        let launch = try LaunchOptions.parse(options + ["--memory", "\(size >> 20)M"])
        let command = EmulatorCommand(options: launch, image: try await Tool.image())
        let dump = folder.appending(path: "memory")
        let result = try await Subprocess.run(
            .name(EmulatorCommand.executable),
            arguments: Arguments(command.arguments + ["-monitor", "pipe:\(pipe)"]),
            input: .none, output: .sequence, error: .discarded
        ) { execution -> (String, String) in
            var output = ""
            var answer = ""
            for try await line in execution.standardOutput.strings() {
                output += line + "\n"
                guard line == "waiting, without a verdict" else { continue }
                let monitor = try #require(FileHandle(forReadingAtPath: "\(pipe).out"))
                let commands = "info registers\npmemsave 0 \(size) \"\(dump.path)\"\nquit\n"
                try #require(FileHandle(forWritingAtPath: "\(pipe).in"))
                    .write(contentsOf: Data(commands.utf8))
                answer = String(decoding: try monitor.readToEnd() ?? Data(), as: UTF8.self)
            }
            return (output, answer)
        }
        let (output, answer) = result.closureResult
        let match = try #require(answer.firstMatch(of: #/CR3=([0-9a-f]+)/#), "\(answer)")
        return Self(
            output: output, tableBase: try #require(UInt64(match.1, radix: 16)),
            memory: try Data(contentsOf: dump))
    }

    /// A page that is mapped, with the rights of all four levels together.
    struct Page {
        var address: UInt64
        var size: UInt64
        var physicalAddress: UInt64
        var isWritable: Bool
        var isExecutable: Bool
        var isForPrograms: Bool

        var rights: String { (isWritable ? "rw" : "r-") + (isExecutable ? "x" : "-") }
    }

    /// Every page that the tables map. Through an entry that leads to the root itself only the
    /// root is seen.
    func pages() -> [Page] {
        var found: [Page] = []
        func visit(_ table: UInt64, shift: UInt64, prefix: UInt64, all: UInt64, noExecute: Bool) {
            for index in 0..<UInt64(512) {
                let word = word(at: table + index * 8)
                if word & 1 == 0 { continue }
                var address = prefix | index << shift
                if shift == 39 && index > 255 { address |= 0xffff << 48 }
                let physical = word & 0xf_ffff_ffff_f000
                let (all, noExecute) = (all & word, noExecute || word >> 63 == 1)
                let isRecursive = shift == 39 && physical == table
                let isPage = shift == 12 || word >> 7 & 1 == 1 || isRecursive
                if !isPage {
                    visit(
                        physical, shift: shift - 9, prefix: address, all: all, noExecute: noExecute)
                    continue
                }
                let size: UInt64 = isRecursive ? 4096 : 1 << shift
                found.append(
                    Page(
                        address: address, size: size, physicalAddress: physical & ~(size - 1),
                        isWritable: all & 2 != 0, isExecutable: !noExecute,
                        isForPrograms: all & 4 != 0))
            }
        }
        visit(tableBase & ~0xfff, shift: 39, prefix: 0, all: .max, noExecute: false)
        return found
    }

    private func word(at address: UInt64) -> UInt64 {
        let start = Int(address)
        return (0..<8).reduce(0) { $0 | UInt64(memory[start + $1]) << (8 * $1) }
    }

    /// A part of the address space that the kernel names.
    struct Part {
        var addresses: ClosedRange<UInt64>
        var rights: String
        var name: String
        /// For the parts of the image.
        var pageCount: Int?
    }

    /// What the kernel said of its address space.
    func plan() throws -> [Part] {
        let pattern =
            #/(?m)^  0x([0-9a-f]{16})(?:-0x([0-9a-f]{16}))? +([r-][w-][x-])(?: +(\d+) pages)?  (.+)$/#
        return try output.matches(of: pattern).map { match in
            let start = try #require(UInt64(match.1, radix: 16))
            let name = String(match.5)
            // A line without an end names a page, or all of the direct map: room for 64 TiB.
            let size: UInt64 = name.hasPrefix("the direct map") ? 1 << 46 : 4096
            let last = match.2.flatMap { UInt64($0, radix: 16) } ?? start + (size - 1)
            return Part(
                addresses: start...last, rights: String(match.3), name: name,
                pageCount: match.4.flatMap { Int($0) })
        }
    }
}
