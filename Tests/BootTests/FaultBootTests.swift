import Foundation
import Subprocess
import Testing

@testable import Launcher

/// The kernel goes wrong on purpose, and tells what happened instead of being reset.
@Suite(.serialized) struct FaultBootTests {
    private static let failure =
        "kernel: the kernel reported a failure; its last lines say which\n"

    private func boot(_ words: String, image: String? = nil) async throws -> ToolRun {
        let image = if let image { image } else { try await Tool.image() }
        return try await Tool.kernel(["--image", image, "--append", words])
    }

    /// The lines of the report: the first one, and the places.
    private func report(of run: ToolRun) throws -> [String] {
        let lines = run.output.split(separator: "\n").map(String.init)
        let end = try #require(lines.firstIndex(of: "registers"), "\(run)")
        let start = try #require(lines[..<end].lastIndex { !$0.hasPrefix("  ") })
        return Array(lines[start..<end])
    }

    @Test(arguments: [
        (
            "read",
            "page fault at 0x0000000040000000, code 0x0: the kernel read, the page is not present",
            "  at Sources/CPU/include/CPU.h:… in loadUInt64"
        ),
        (
            "write",
            "page fault at 0x0000000040000000, code 0x2: the kernel wrote, the page is not present",
            "  at Sources/CPU/include/CPU.h:… in storeUInt64"
        ),
        (
            "fetch",
            """
            page fault at 0x0000000040000000, code 0x10: the kernel fetched, the page is not present
            """,
            "  at 0x0000000040000000"
        ),
        (
            "null",
            "page fault at 0x0000000000000000, code 0x0: the kernel read, the page is not present",
            "  at Sources/CPU/include/CPU.h:… in loadUInt64"
        ),
        ("opcode", "invalid opcode", "  at Sources/CPU/include/CPU.h:… in executeNoInstruction"),
        (
            "trap", "a trap of the program: a condition that Swift checks did not hold",
            "  at Chapters/12-kernel-faults.md:… in breakARule: Index out of bounds"
        ),
        ("divide", "divide error", "  at Sources/CPU/include/CPU.h:… in divideByZero"),
        (
            "protection", "general protection, code 0x0",
            "  at Sources/CPU/include/CPU.h:… in loadUInt64"
        ),
        (
            "double",
            "double fault: no handler could be called on the stack at 0x0000000040001000",
            "  at Sources/CPU/include/CPU.h:… in pushOntoStack"
        ),
    ])
    func isReportedWithItsPlace(name: String, headline: String, place: String) async throws {
        let run = try await boot("fault=\(name)")
        #expect(run.status == .exited(1))
        #expect(run.errors == Self.failure)
        let report = try report(of: run)
        #expect(report.first == headline)
        #expect(Self.withoutLineNumbers(report[1]) == place)
        let callers = report.dropFirst(2).map(Self.withoutLineNumbers)
        #expect(callers.contains("  called from Chapters/12-kernel-faults.md:… in cause"))
        #expect(
            callers.suffix(4) == [
                "  called from Chapters/13-kernel-address-space.md:… in goOn",
                "  called from Chapters/11-kernel-first-frames.md:… in start",
                "  called from Chapters/10-kernel-booting.md:… in kernelMain",
                "  called from Sources/Boot/entry.S:…",
            ])
    }

    private static func withoutLineNumbers(_ line: String) -> String {
        line.replacing(#/:[0-9]+/#, with: ":…")
    }

    /// The line of a place is the one where it stands in the chapter.
    @Test func theLineIsTheChaptersOwn() async throws {
        let report = try report(of: await boot("fault=trap"))
        let number = try #require(report[1].firstMatch(of: #/md:([0-9]+) in/#)?.1)
        let chapter = Tool.package.appending(path: "Chapters/12-kernel-faults.md")
        let lines = try String(contentsOf: chapter, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[Int(number)! - 1].contains("entries[count + 2]"))
    }

    @Test func withoutSymbolsTheAddressesStay() async throws {
        let stripped = FileManager.default.temporaryDirectory.appending(path: "kernel-\(UUID())")
        defer { try? FileManager.default.removeItem(at: stripped) }
        do {
            let strip = try await Subprocess.run(
                .name("llvm-objcopy"),
                arguments: ["--strip-all", Tool.image(), stripped.path], output: .discarded)
            try #require(strip.terminationStatus.isSuccess)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw Tool.Missing(what: "llvm-objcopy: it comes with Swift from swift.org")
        }
        let report = try report(of: await boot("fault=read", image: stripped.path))
        #expect(report.count > 3)
        #expect(report[1].wholeMatch(of: #/  at 0xffffffff8[0-9a-f]{7}/#) != nil)
        for line in report.dropFirst(2) {
            #expect(line.wholeMatch(of: #/  called from 0xffffffff8[0-9a-f]{7}/#) != nil)
        }
    }

    @Test func probesReturnTheirFaults() async throws {
        let run = try await boot("fault=probe")
        #expect(run.status == .exited(0), "\(run.errors)")
        // The probe's own instructions: xorl %edx, %edx; movq (%rdi), %rax; ret; and again xorl.
        #expect(
            run.output.contains(
                """

                what may fail
                  load:  0xd231c3078b48d231
                  byte:  0x0000000000000031
                  load:  page fault at 0x0000000040000000, code 0x0: \
                the kernel read, the page is not present
                  store: page fault at 0x0000000040000000, code 0x2: \
                the kernel wrote, the page is not present
                  fetch: page fault at 0x0000000040000000, code 0x10: \
                the kernel fetched, the page is not present
                  load:  general-protection fault: 0x8000000000000000 is not canonical

                """))
        #expect(run.output.hasSuffix("\nok\n"))
    }

    @Test func pagesAreMappedOnDemand() async throws {
        let run = try await boot("fault=demand")
        #expect(run.status == .exited(0), "\(run.errors)")
        let lines = run.output.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "three pages that nobody mapped"))
        let values = [" 8", " 9", "10"]
        for page in values.indices {
            #expect(
                lines[start + 1 + page]
                    .hasPrefix("  0xffff96000000\(page)000 holds \(values[page]): first store "))
        }
    }

    @Test func aStackThatOverflowsIsNamed() async throws {
        let report = try report(of: await boot("fault=overflow"))
        #expect(
            report.first?.hasPrefix("double fault: no handler could be called on the stack at 0x")
                == true)
        let call = "  called from Chapters/13-kernel-address-space.md:… in callForEver"
        #expect(report.dropFirst(2).dropLast().allSatisfy { Self.withoutLineNumbers($0) == call })
        #expect(report.last == "  and so on")
        let run = try await boot("fault=overflow")
        #expect(run.output.contains("\nthe kernel stack has overflowed into its guard page\n"))
    }

    @Test func anUnknownFaultIsAFailure() async throws {
        let run = try await boot("fault=x")
        #expect(run.status == .exited(1))
        #expect(run.errors == Self.failure)
        let last = try #require(run.output.split(separator: "\n").last)
        #expect(last.hasPrefix("fault=: one of read write fetch "))
    }

    @Test func aProcessorWithoutNoExecuteIsRefused() async throws {
        for processor in ["max,-nx", "qemu64,-nx"] {
            let options = try LaunchOptions.parse([])
            let command = try await EmulatorCommand(options: options, image: Tool.image())
            let arguments = command.arguments.map { $0 == "max,phys-bits=46" ? processor : $0 }
            try #require(arguments.contains(processor))
            let run = try await Subprocess.run(
                .name(EmulatorCommand.executable), arguments: Arguments(arguments),
                output: .string(limit: 1 << 20), error: .discarded)
            #expect(run.terminationStatus == .exited(Ending.failure))
            #expect(
                run.standardOutput == """
                    panic:
                    the processor has no execute-disable bit (NX), and this kernel needs it

                    """)
        }
    }
}

/// The filter between the serial port and the reader.
@Suite struct PlaceFilterTests {
    private func filter() -> PlaceFilter {
        PlaceFilter { address in
            switch address {
            case 0xffff_ffff_8010_0000: ["a.md:1 in inner", "a.md:2 in outer"]
            case 0xffff_ffff_8010_0fff: ["b.md:3 in caller"]
            default: []
            }
        }
    }

    private func passed(_ text: String) async -> String {
        var filter = filter()
        var bytes = await filter.pass(Array(text.utf8))
        bytes += filter.finish()
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func namesPlaces() async {
        #expect(
            await passed(
                """
                page fault
                  at 0xffffffff80100000
                  called from 0xffffffff80101000
                end

                """)
                    == """
                    page fault
                      at a.md:1 in inner
                      called from a.md:2 in outer
                      called from b.md:3 in caller
                    end

                    """)
        #expect(
            await passed("  called from 0xffffffff80101000\r\n")
                == "  called from b.md:3 in caller\r\n")
    }

    @Test(arguments: [
        "", "\n", "  at", "  at 0xffffffff80100000", "  at 0xffffffff8010000\n",
        "  at 0xffffffff801000000\n", "x  at 0xffffffff80100000\n", "  at 0x0000000000000000\n",
        "  at 0xfffffffffffffff0\n", "  called from nobody\n", "  at 0xffffffff80100000 more\n",
        "  called from 0x0000000000000000\n", "\u{e9}\n  \u{e9}\n",
    ])
    func leavesTheRestAlone(text: String) async {
        #expect(await passed(text) == text)
    }

    /// A line under way is not held back, unless it may still become one of ours.
    @Test func aPromptIsSeenAtOnce() async {
        var filter = filter()
        #expect(await filter.pass(Array("frames> ".utf8)) == Array("frames> ".utf8))
        #expect(await filter.pass(Array("ab".utf8)) == Array("ab".utf8))
        #expect(await filter.pass(Array("\n".utf8)) == Array("\n".utf8))
        #expect(await filter.pass(Array("  a".utf8)) == [])
        #expect(await filter.pass(Array("b".utf8)) == Array("  ab".utf8))
    }
}
