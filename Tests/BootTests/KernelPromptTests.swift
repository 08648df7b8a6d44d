import Foundation
import Testing

@testable import Launcher

/// The kernel's own prompt, typed at through a pipe.
@Suite(.serialized) struct KernelPromptTests {
    /// What the kernel answers to each line, in the order of the lines; the echo is left out.
    private func answers(
        to lines: [String], _ arguments: [String] = []
    ) async throws -> (answers: [[String]], run: ToolRun) {
        let run = try await Tool.kernel(typing: lines, arguments)
        let parts = run.output.components(separatedBy: "\nframes> ").dropFirst()
        return (parts.map { $0.split(separator: "\n").dropFirst().map(String.init) }, run)
    }

    /// The frame that `alloc` gave.
    private func number(in answer: [String]) throws -> String {
        let line = try #require(answer.first)
        return String(line.dropFirst(2).prefix { $0 != "," })
    }

    @Test func doesWhatIsTyped() async throws {
        let (answers, run) = try await answers(to: [
            "help", "frames", "alloc 3", "frames", "audit", "quit",
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        try #require(answers.count == 6)
        #expect(answers[0].count == 18)
        let before = try Account(answers[1][0])
        let after = try Account(answers[3][0])
        #expect(before.handedOut == 0 && before.isBalanced)
        #expect(after.handedOut == 3 && after.isBalanced)
        #expect(after.kernel == before.kernel + 1)
        #expect(answers[4].contains("          3 handed out"))
        #expect(answers[4].contains { $0.hasSuffix("frames, each in exactly one place") })
        #expect(answers[5] == ["ok"])
    }

    @Test func refusesAFrameThatIsFree() async throws {
        let first = try await answers(to: ["alloc"])
        let number = try number(in: first.answers[0])
        // The same boot again takes the same frame.
        let (answers, run) = try await answers(to: [
            "alloc", "free \(number)", "free \(number)", "audit",
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(answers[1] == ["frame \(number) is free"])
        #expect(
            answers[2] == ["frame \(number) is not handed out; free what alloc gave, and only once"]
        )
        #expect(answers[3].contains { $0.hasSuffix("frames, each in exactly one place") })
    }

    @Test func readsAndWritesWhatIsMapped() async throws {
        let (answers, run) = try await answers(to: [
            "translate 0xffff800000200000", "poke 0xffff800000200000 42",
            "peek 0xffff800000200000 2", "peek 0", "poke 0xffffffff80101000 0",
            "peek 0xffffffff80101000",
            "peek 0x8000000000000000", "translate 0",
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(answers[0].last == "  physical address 0x000000200000, frame 512")
        #expect(answers[1] == ["  0xffff800000200000 holds 0x000000000000002a"])
        #expect(answers[2][0].hasPrefix("  0xffff800000200000  0x000000000000002a  0x"))
        #expect(
            answers[3] == [
                "page fault at 0x0000000000000000, code 0x0: the kernel read, the page is not present"
            ])
        #expect(answers[4][0].hasPrefix("page fault at 0xffffffff80101000, code 0x3: "))
        #expect(answers[5][0].hasPrefix("  0xffffffff80101000  0x"))
        #expect(answers[6][0].contains("is not canonical"))
        #expect(answers[7].last?.contains("is not mapped") == true)
    }

    @Test func goesOnAfterAFaultThatCanBeMended() async throws {
        let (answers, run) = try await answers(to: [
            "fault", "fault demand", "fault demand", "fault probe", "audit",
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(answers[0][0].hasPrefix("kinds: read write fetch "))
        #expect(answers[4].contains { $0.hasSuffix("frames, each in exactly one place") })
    }

    @Test(arguments: ["read", "trap", "verdict"])
    func aFaultThatEndsTheRunIsNoSuccess(kind: String) async throws {
        let run = try await answers(to: ["fault \(kind)", "frames"]).run
        #expect(run.status == .exited(1))
        #expect(run.errors == "kernel: the kernel reported a failure; its last lines say which\n")
    }

    @Test func aResetIsNoVerdict() async throws {
        let run = try await answers(to: ["reboot"]).run
        #expect(run.status == .exited(1))
        #expect(
            run.errors
                == "kernel: the machine was reset or powered off before the kernel gave its verdict\n"
        )
    }

    @Test func whatIsWrittenIntoAFreeFrameDoesNoHarm() async throws {
        let first = try await answers(to: ["alloc"])
        let number = try number(in: first.answers[0])
        let frame = try #require(UInt64(number))
        let address = "0x" + String(0xffff_8000_0000_0000 + frame * 4096, radix: 16)
        let (answers, run) = try await answers(to: [
            "alloc 2", "free \(number)", "poke \(address) 42", "audit", "alloc", "alloc", "audit",
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(answers[3].contains { $0.hasSuffix("frames, each in exactly one place") })
        #expect(try self.number(in: answers[4]) == number)
        #expect(try self.number(in: answers[5]) != "42")
        #expect(answers[6].contains { $0.hasSuffix("frames, each in exactly one place") })
    }

    @Test func whatIsWrittenIntoTheAllocatorsFramesIsFound() async throws {
        let map = try await answers(to: ["map"])
        let line = try #require(map.answers[0].first { $0.hasPrefix("the allocator's own") })
        let address = try #require(line.split(separator: " ").last)
        // The first word counts the free frames of the reservoir.
        let (answers, run) = try await answers(to: ["poke \(address) 7", "audit"])
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(answers[1][0].hasPrefix("audit: the counter says "))
    }

    @Test func blocksAndZonesAreGivenAndTakenBack() async throws {
        let (answers, run) = try await answers(
            to: ["block", "alloc 3 below16M", "alloc below4G", "audit"],
            ["--memory", "5G"])
        #expect(run.status == .exited(0), "\(run.errors)")
        let block = try #require(answers[0].first?.dropFirst(2).prefix { $0 != "," })
        let (first, last) = try #require(Self.range(block))
        #expect(first % 512 == 0 && last == first + 511 && first >= 1 << 20)
        #expect(try #require(Self.range(answers[1][0].dropFirst(2))).last < 4096)
        #expect(try #require(UInt64(number(in: answers[2]))) < 1 << 20)
        #expect(answers[3].contains { $0.hasSuffix("frames, each in exactly one place") })
    }

    /// What `8-9` means.
    private static func range(_ text: Substring) -> (first: UInt64, last: UInt64)? {
        let ends = text.split(separator: "-").compactMap { UInt64($0) }
        return ends.count == 2 ? (ends[0], ends[1]) : nil
    }

    @Test func longLinesAndGarbageAreAnswered() async throws {
        // More is tried on the host: what finds no room is not shown, and on a busy machine the
        // launcher would take the time that it takes to arrive for silence.
        let (answers, run) = try await answers(to: [
            String(repeating: "x", count: 1000), "\u{1}\u{2}\u{3}\u{5}\u{6}\u{1b}[1;5Qé frames",
            "frames",
        ])
        #expect(run.status == .exited(0), "\(run.errors)")
        try #require(answers.count == 4, "\(run)")
        #expect(answers[0] == ["a line has at most 120 characters; nothing was done"])
        #expect(answers[2].count == 1)
    }

    @Test func benchPrintsTheSameInEveryRun() async throws {
        let arguments = ["--append", "bench", "--count-instructions"]
        let first = try await answers(to: [], arguments).run
        let second = try await answers(to: [], arguments).run
        #expect(first.status == .exited(0), "\(first.errors)")
        #expect(first.output == second.output)
        #expect(first.output.contains("in instructions; the counter's ticks are just that\n"))
        let row = try #require(
            first.output.split(separator: "\n").first { $0.hasPrefix("  direct map  ") })
        let figures = row.split(separator: " ").compactMap { Int($0) }
        try #require(figures.count == 3)
        #expect(figures[0] <= 12 && figures[1] <= 12, "pop and push: \(figures)")
        let hot = try #require(
            first.output.split(separator: "\n").first { $0.hasPrefix("  from the magazine ") })
        let pair = hot.split(separator: " ").compactMap { Int($0) }
        #expect(pair.count == 2 && pair[0] <= 12 && pair[1] <= 12, "\(hot)")
    }

    /// All that takes longer on a larger machine are the direct map's tables.
    @Test func bootingTakesAsManyInstructionsWhateverTheMemory() async throws {
        let small = try await instructionsToThePrompt(memory: "128M")
        let large = try await instructionsToThePrompt(memory: "1T")
        #expect(large.all - large.directMap <= (small.all - small.directMap) * 11 / 10)
        #expect(large.rest <= small.rest * 11 / 10, "\(large), \(small)")
    }

    private struct Booting {
        let all: Int
        let directMap: Int
        let rest: Int
    }

    private func instructionsToThePrompt(memory: String) async throws -> Booting {
        let options = ["--append", "bench", "--count-instructions", "--memory", memory]
        let run = try await answers(to: [], options).run
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output.contains("in instructions; the counter's ticks are just that\n"))
        func figure(_ label: String) throws -> Int {
            let line = try #require(
                run.output.split(separator: "\n").first { $0.hasSuffix(" \(label)") })
            return try #require(Int(line.split(separator: " ")[0]))
        }
        return Booting(
            all: try figure("from the start to the first prompt"),
            directMap: try figure("for the tables of the direct map"),
            rest: try figure("for everything else"))
    }

    @Test func withoutCountingTicksAreNotTrusted() async throws {
        let run = try await answers(to: ["bench"]).run
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output.contains("in ticks of the time-stamp counter, which cannot be trusted"))
    }

    @Test func runsItsTests() async throws {
        let run = try await answers(to: [], ["--append", "test"]).run
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output.hasSuffix("\nok\n"))
    }
}

/// The line that tells where the frames are.
struct Account {
    let usable: Int
    let free: Int
    let handedOut: Int
    let tables: Int
    let kernel: Int

    var isBalanced: Bool { usable == free + handedOut + tables + kernel }

    init(_ line: String) throws {
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        try #require(numbers.count == 5)
        (usable, free, handedOut) = (numbers[0], numbers[1], numbers[2])
        (tables, kernel) = (numbers[3], numbers[4])
    }
}
