import NaiveStack
import TestSupport
import Testing

@testable import Kernel

private let noNumber =
    " is no number of 64 bits; write decimal digits, or 0x and hexadecimal ones"

/// What is typed at the prompt, and what is answered.
@Suite struct CommandTests {
    @Test func aFrameIsTakenAndGivenBackOnce() throws {
        var kernel = try FakeKernel()
        let answer = kernel.answers(to: "alloc\n")[0].dropFirst(2)
        let number = try #require(UInt64(answer.prefix { $0 != "," }))
        #expect(kernel.account.handedOut == 1)
        #expect(kernel.answers(to: "free \(number)\n") == ["frame \(number) is free"])
        #expect(
            kernel.answers(to: "free \(number)\n") == [
                "frame \(number) is not handed out; free what alloc gave, and only once"
            ])
        #expect(kernel.account.handedOut == 0)
        #expect(
            kernel.answers(to: "free 1\n")
                == ["frame 1 is none of the memory map's; map shows those"])
        // A table was taken from the same map, and not by alloc.
        let root = kernel.space.root.rawValue
        #expect(kernel.answers(to: "free \(root)\n")[0].contains("is not handed out"))
    }

    @Test func allFramesCanBeTakenAndGivenBack() throws {
        var kernel = try FakeKernel(frames: 2048)
        let free = kernel.account.free
        #expect(
            kernel.answers(to: "alloc \(free + 1)\n")
                == ["there are only \(free) free frames; free gives some back"])
        let answers = kernel.answers(to: "alloc \(free)\n")
        // The list has 511 numbers in a frame.
        #expect(kernel.account.handedOut == free - (free + 511) / 512)
        #expect(answers.last == "there are no more; the last free frame is the list's")
        #expect(kernel.answers(to: "audit\n")[0].hasPrefix("audit: its marks take 2 frames"))
        var order = kernel.map[0].map { $0 }
        var random = SplitMix64(seed: RandomRun.seed)
        order.shuffle(using: &random)
        for number in order { try? kernel.takeBack(number) }
        #expect(kernel.account.free == free)
        #expect(kernel.account.handedOut == 0)
        #expect(kernel.account.kernel == kernel.allocator.metadata.count)
        #expect(!kernel.answers(to: "audit\n")[0].hasPrefix("audit"))
    }

    @Test func framesInARowAreGivenBackTogether() throws {
        var kernel = try FakeKernel()
        let frames = (0..<6).map { _ in kernel.handOut()!.rawValue }
        let (first, last) = (frames[0], frames[5])
        try #require(last - first == 5)
        #expect(kernel.answers(to: "free \(last) 1\n") == ["frame \(last) is free"])
        // From the last to the first, as far as it goes.
        #expect(
            kernel.answers(to: "free \(first + 1) 2\n") == [
                "frames \(first + 1)-\(first + 2) are free"
            ])
        #expect(
            kernel.answers(to: "free \(first) 5\n") == [
                "frames \(first + 3)-\(first + 4) are free",
                "frame \(first + 2) is not handed out; free what alloc gave, and only once",
            ])
        #expect(kernel.account.handedOut == 1)
        _ = try kernel.audit()
    }

    @Test func aBlockIsInARowAndAligned() throws {
        var kernel = try FakeKernel()
        let answer = kernel.answers(to: "block\n")[0]
        let block = answer.dropFirst(2).prefix { $0 != "," }.split(separator: "-")
        let (first, last) = (try #require(UInt64(block[0])), try #require(UInt64(block[1])))
        #expect(first % 512 == 0 && last == first + 511)
        #expect(kernel.account.handedOut == 512)
        _ = try kernel.audit()
        #expect(kernel.answers(to: "free \(first) 512\n") == ["frames \(first)-\(last) are free"])
        #expect(kernel.account.handedOut == 0)
        _ = try kernel.audit()
    }

    @Test func blocksEndWhereThereIsNoMore() throws {
        var kernel = try FakeKernel(frames: 1536)
        let free = kernel.account.free
        let none = ["there are no 512 free frames in a row for it; free gives some back"]
        let blocks = (0..<4).map { _ in kernel.answers(to: "block\n") }
        #expect(blocks.contains(none))
        _ = try kernel.audit()
        // Nothing is left that could hold the list: then a block is not taken in part.
        var others: [FrameNumber] = []
        for number in kernel.map[0] { try? kernel.takeBack(number) }
        #expect(kernel.account.free == free)
        guard let run = kernel.allocator.allocate(count: 512, alignedTo: 512)?.relinquish() else {
            Issue.record("there is no block, and all frames are free")
            return
        }
        while let frame = kernel.allocator.allocate() { others.append(frame.relinquish()) }
        for number in run { try kernel.allocator.free(number: number.rawValue) }
        #expect(kernel.answers(to: "block\n") == none)
        #expect(kernel.account.free == 512 && kernel.account.handedOut == 0)
        for number in others { try kernel.allocator.free(number: number.rawValue) }
        _ = try kernel.audit()
    }

    @Test func zonesAreLowFrames() throws {
        // From 2 MiB to 18 MiB.
        var kernel = try FakeKernel(frames: 4096)
        let first = kernel.handOut()
        // The first frame is the one that was returned at boot.
        let high = kernel.handOut()
        let low = kernel.handOut(from: .below16MiB)
        #expect(try #require(first) != #require(high))
        #expect(try #require(high).rawValue >= 4096)
        #expect(try #require(low).rawValue < 4096)
        #expect(kernel.answers(to: "alloc below4G\n")[0].contains("seen at 0xffff8"))
        let answers = kernel.answers(to: "alloc 4000 below16M\n")
        #expect(answers.last == "there are no more in this zone; free gives some back")
        #expect(kernel.account.free > 0)
        _ = try kernel.audit()
    }

    @Test func whatCannotBeReadOrWrittenIsALine() throws {
        var kernel = try FakeKernel()
        let null = "page fault at 0x0000000000000000, code "
        #expect(kernel.answers(to: "peek 0\n")[0].hasPrefix(null + "0x0"))
        #expect(kernel.answers(to: "poke 0 1\n")[0].hasPrefix(null + "0x2"))
        let code = "0xffffffff80101000"
        #expect(kernel.answers(to: "peek \(code)\n")[0].hasPrefix("  \(code)  0x"))
        let refused = "page fault at \(code), code 0x3"
        #expect(kernel.answers(to: "poke \(code) 1\n")[0].hasPrefix(refused))
        #expect(
            kernel.answers(to: "peek 0xffffffff8010a000\n").last
                == "the page is the guard below the kernel stack")
        #expect(kernel.answers(to: "peek 0x8000000000000000\n")[0].contains("is not canonical"))
        // The last word of the address space is followed by the first.
        #expect(kernel.answers(to: "peek 0xfffffffffffffff8 2\n").count == 1)
        let address = "0xffff800000200000"
        #expect(
            kernel.answers(to: "poke \(address) 0x2a\npeek \(address)\n") == [
                "  \(address) holds 0x000000000000002a", "  \(address)  0x000000000000002a",
            ])
    }

    @Test func translateShowsEachStep() throws {
        var kernel = try FakeKernel()
        let answers = kernel.answers(to: "translate 0xffff800000212345\n")
        #expect(answers[0] == "  in octal  177777 400 000 001 022 1505")
        #expect(answers[1].hasPrefix("  level 4, frame "))
        #expect(answers[1].contains("entry 400: 0x"))
        #expect(answers[4] == "  a page of 2 MiB at 0xffff800000200000, rw-")
        #expect(answers[5] == "  physical address 0x000000212345, frame 530")
        #expect(kernel.answers(to: "translate 0x1234\n").last!.contains("is not mapped"))
        #expect(kernel.answers(to: "translate 0x800000000000\n").last!.contains("not canonical"))
    }

    @Test(arguments: [
        ("frobnicate", "there is no command 'frobnicate'; help lists those that there are"),
        ("free", "something is missing; the command is: free FRAME [COUNT]"),
        ("alloc 1 low", "there is no zone 'low'; it can be below16M or below4G"),
        ("alloc below4G 3", "'3' is too much; the command is: alloc [COUNT] [ZONE]"),
        ("block 512", "there is no zone '512'; it can be below16M or below4G"),
        ("free 1099511627775 2", "'2' is out of range; it can be 1 to 1"),
        ("poke 8", "something is missing; the command is: poke ADDRESS VALUE"),
        ("poke 8 9 10", "'10' is too much; the command is: poke ADDRESS VALUE"),
        ("quit now", "'now' is too much; the command is: quit"),
        ("free x", "'x'" + noNumber), ("peek 0x", "'0x'" + noNumber),
        ("alloc 0", "'0' is out of range; it can be 1 to 1099511627776"),
        ("peek 0 513", "'513' is out of range; it can be 1 to 512"),
        ("free 1099511627776", "'1099511627776' is out of range; it can be 0 to 1099511627775"),
        ("peek 9", "'9' is not the address of a word; those are multiples of 8"),
        ("fault what", "there is no fault 'what'; fault alone lists those that there are"),
        ("fault read", "fault=read: nothing happened"),
        ("fault read 2", "there is no processor 2; processors lists those that there are"),
        ("fault read x", "'x'" + noNumber),
        ("fault read 64", "'64' is out of range; it can be 0 to 63"),
        ("fault read 1 2", "'2' is too much; the command is: fault [KIND [PROCESSOR]]"),
        ("processors 1", "'1' is too much; the command is: processors"),
        ("test", "memory map: no usable frame in the boot tables' reach"),
    ])
    func whatIsWrongIsSaidInOneLine(line: String, answer: String) throws {
        var kernel = try FakeKernel()
        #expect(kernel.answers(to: line + "\n") == [answer])
    }

    @Test func numbersEndAt64Bits() throws {
        var kernel = try FakeKernel()
        let last = kernel.answers(to: "translate 18446744073709551615\n")
        #expect(last[0] == "  in octal  177777 777 777 777 777 7777")
        #expect(kernel.answers(to: "translate 18446744073709551616\n")[0].contains("no number"))
        #expect(kernel.answers(to: "translate 0x10000000000000000\n")[0].contains("no number"))
    }

    @Test func longLinesAndWordsAreSaidInShortOnes() throws {
        var kernel = try FakeKernel()
        let long = String(repeating: "x", count: 10_000)
        #expect(
            kernel.answers(to: long + "\n")
                == ["a line has at most 120 characters; nothing was done"])
        #expect(
            kernel.answers(to: long.prefix(100) + "\n") == [
                "there is no command 'xxxxxxxxxxxxxxxxxxxxxxxx...'; help lists those that there are"
            ])
    }

    @Test func aConversationEnds() throws {
        var kernel = try FakeKernel()
        for (text, outcome) in [
            ("frames\n", Outcome.quit), ("quit\nframes\n", .quit), ("\u{4}frames\n", .quit),
            ("reboot\n", .reboot),
        ] {
            #expect(kernel.answers(to: text).count == (text == "frames\n" ? 1 : 0))
            #expect(kernel.outcome == outcome)
        }
    }

    @Test func everyCommandIsInTheHelp() throws {
        var kernel = try FakeKernel()
        let names = kernel.answers(to: "help\n").dropLast(2).map { $0.split(separator: " ")[0] }
        #expect(
            names == [
                "help", "map", "frames", "alloc", "block", "free", "translate", "peek", "poke",
                "audit", "fault", "bench", "processors", "test", "reboot", "quit",
            ])
    }

    /// Whatever bytes arrive, the kernel goes on, and no frame is lost.
    @Test func garbageIsAnswered() throws {
        var random = SplitMix64(seed: RandomRun.seed)
        var kernel = try FakeKernel(frames: 600)
        let words = [
            "help", "map", "frames", "alloc", "alloc", "free", "free", "translate", "peek", "poke",
            "block", "below16M", "below4G", "audit", "fault", "bench", "processors", "test",
            "quit", "reboot", "read", "0", "1", "8", "0x",
            "0xffff800000200000", "18446744073709551615", "99999999999999999999", "\u{1b}[A",
            "\u{10}", "\u{15}", "\u{7f}", "\u{4}",
        ]
        for _ in 0..<RandomRun.iterations(300) {
            var bytes: [UInt8] = []
            for _ in 0..<random.number(below: 60) {
                switch random.number(below: 4) {
                case 0: bytes.append(.random(in: 0...255, using: &random))
                case 1: bytes += words.randomElement(using: &random)!.utf8
                case 2: bytes += "\(512 + random.number(below: 700))".utf8
                default: bytes.append(random.isOnce(in: 2) ? UInt8(ascii: " ") : 0x0a)
                }
            }
            var keyboard = Typist(bytes: bytes[...])
            var transcript = Transcript()
            _ = kernel.converse(reading: &keyboard, reportingTo: &transcript)
        }
        let account = kernel.account
        #expect(account.isBalanced, "\(RandomRun.advice)")
        for number in kernel.map[0] { try? kernel.takeBack(number) }
        #expect(throws: Never.self, "\(RandomRun.advice)") { _ = try kernel.audit() }
    }
}
