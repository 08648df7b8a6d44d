import Foundation
import Testing

@testable import Launcher

/// The kernel on machines with several processors.
///
/// A host with two processors runs at most two of the machine's at a time. So these boots show that
/// the parts fit together; that no interleaving breaks them is shown by chapter 9's scheduler.
@Suite(.serialized) struct ProcessorBootTests {
    private func boot(
        _ count: Int, _ options: [String] = [], append words: String = "test"
    ) async throws -> ToolRun {
        try await Tool.kernel(
            ["--image", Tool.image(), "--processors", "\(count)", "--append", words] + options)
    }

    /// The lines that name processors, without the first, which firmware started.
    private func started(_ count: Int) -> String {
        (1..<count).map { "  \($0)  local APIC \($0)\n" }.joined()
    }

    @Test(arguments: Machine.allCases, [1, 2, 4, 8])
    func everyProcessorIsStarted(machine: Machine, count: Int) async throws {
        let run = try await boot(
            count, ["--machine", machine.rawValue], append: "test=page-zero")
        #expect(run.status == .exited(0), "\(run)")
        let others = count == 1 ? "  there is no other\n" : started(count)
        #expect(
            run.output.contains(
                "\nprocessors\n  0  local APIC 0, which firmware started\n\(others)self-tests\n"),
            "\(run)")
    }

    @Test(arguments: [
        (2, ["--machine", "microvm", "--memory", "16M"]), (4, []), (4, ["--cpu", "qemu64"]),
        (8, ["--machine", "pc", "--memory", "4G"]),
    ])
    func allTestThemselvesAtOnce(count: Int, options: [String]) async throws {
        let run = try await boot(count, options)
        #expect(run.status == .exited(0), "\(run)")
        let lines = run.output.split(separator: "\n")
        let start = try #require(lines.firstIndex(of: "\(count) processors at once"), "\(run)")
        for number in 0..<count {
            let line = lines[start + 1 + number]
            #expect(line.hasPrefix("  ok      processor  \(number)"), "\(line)")
            #expect(line.hasSuffix(" self-tests"), "\(line)")
        }
        #expect(lines[start + 1 + count].hasPrefix("  ok      one-allocator"))
        #expect(lines[start + 2 + count].hasPrefix("  ok      shootdown"))
        #expect(lines[start + 3 + count] == "audit" && lines.last == "ok")
    }

    @Test(arguments: [Firmware.bios, .uefi])
    func fromADisc(firmware: Firmware) async throws {
        let run = try await Tool.kernel([
            "--image", Tool.disc(), "--firmware", firmware.rawValue, "--processors", "4",
        ])
        #expect(run.status == .exited(0), "\(run)")
        #expect(run.output.contains(started(4)), "\(run)")
    }

    @Test func oneThatDoesNotAnswerIsLeftAlone() async throws {
        let run = try await boot(2, append: "test processor=200")
        #expect(run.status == .exited(0), "\(run)")
        #expect(
            run.output.contains(
                "  1  local APIC 1\n  local APIC 200 does not answer: left alone\nself-tests\n"),
            "\(run)")
        #expect(run.output.contains("\n2 processors at once\n"))
    }

    @Test func thereIsRoomForSixtyFour() async throws {
        let run = try await boot(66, append: "test=page-zero")
        #expect(run.status == .exited(0), "\(run)")
        #expect(
            run.output.contains("\nACPI: more than 64 processors; the others are left alone\n"))
        #expect(run.output.contains("\n  63  local APIC 63\nself-tests\n"), "\(run)")
    }

    @Test(arguments: [
        (
            "fault write 3",
            "on processor 3, local APIC 3\npage fault at 0x0000000040000000, code 0x2: "
        ),
        (
            "fault overflow 1",
            "on processor 1, local APIC 1\nthe kernel stack has overflowed into its guard page\n"
                + "double fault: "
        ),
        ("fault double 2", "on processor 2, local APIC 2\ndouble fault: "),
        ("fault trap 0", "on processor 0, local APIC 0\na trap of the program: "),
    ])
    func aFaultIsReportedWithItsProcessor(line: String, report: String) async throws {
        let run = try await prompt([line])
        #expect(run.status == .exited(1))
        #expect(run.output.contains("\n\(report)"), "\(run)")
        #expect(run.errors == "kernel: the kernel reported a failure; its last lines say which\n")
    }

    @Test func thePromptKnowsTheProcessors() async throws {
        let run = try await prompt(["processors", "fault demand 1", "fault read 4", "audit"])
        #expect(run.status == .exited(0), "\(run)")
        #expect(run.output.contains("frames> processors\n  0  local APIC 0, 0 interrupts taken\n"))
        #expect(run.output.contains("\n  3  local APIC 3, "))
        #expect(run.output.contains("\ndemand can only be had on processor 0\n"))
        #expect(
            run.output.contains(
                "\nthere is no processor 4; processors lists those that there are\n"))
        // What the three others have: 31 pages each.
        #expect(run.output.contains("         93 handed out\n"))
    }

    private func prompt(_ lines: [String]) async throws -> ToolRun {
        try await Tool.kernel(typing: lines, ["--processors", "4"])
    }
}
