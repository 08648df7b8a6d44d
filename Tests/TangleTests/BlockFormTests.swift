import Testing

@testable import Tangle

@Suite struct BlockFormTests {
    @Test(arguments: [
        ("swift", BlockForm.module),
        ("swift example", .example),
        ("swift test", .test),
        ("swift   test  ", .test),
        ("swift chunk=\"push a frame\"", .chunk(name: "push a frame", appends: false)),
        ("swift chunk=push", .chunk(name: "push", appends: false)),
        ("swift chunk=\"push\" append", .chunk(name: "push", appends: true)),
        ("swift append chunk=\"push\"", .chunk(name: "push", appends: true)),
        ("swift chunk=\"a=b\"", .chunk(name: "a=b", appends: false)),
        ("swift wrong", .wrong),
        ("swift exercise=1", .exercise(1)),
        ("swift exercise=999 test", .exerciseTest(999)),
        ("swift exercise=\"2\"", .exercise(2)),
        ("swift solution=3", .solution(3)),
        ("console", .console(measured: false)),
        ("console measured", .console(measured: true)),
        ("asm from=\"Sources/Boot/entry.s\"", .excerpt(language: "asm", path: "Sources/Boot/entry.s")),
        ("c from=Sources/CPU/cpu.h", .excerpt(language: "c", path: "Sources/CPU/cpu.h")),
        ("text", .text),
    ])
    func form(_ info: String, is form: BlockForm) throws {
        #expect(try InfoString(info).form() == form)
    }

    @Test(arguments: [
        ("", "a code block without a language; for what is no code, write ```text"),
        ("rust", "'rust' is no language of this book; it knows swift, console, asm, c and text"),
        ("Swift", "'Swift' is no language of this book; it knows swift, console, asm, c and text"),
        ("swift,test", "'swift,test' is no language of this book; it knows swift, console, asm, c and text"),
        (
            "swift tests",
            "'tests' has no meaning here; swift blocks are: swift, swift example, swift test, "
                + "swift chunk=\"name\" [append], swift wrong, swift exercise=N [test], swift solution=N"
        ),
        (
            "swift append",
            "'append' has no meaning here; swift blocks are: swift, swift example, swift test, "
                + "swift chunk=\"name\" [append], swift wrong, swift exercise=N [test], swift solution=N"
        ),
        ("swift test example", "a block has one purpose; keep one of 'example' and 'test'"),
        ("swift wrong test example", "a block has one purpose; keep one of 'example', 'test' and 'wrong'"),
        ("swift test test", "'test' stands twice; write it once"),
        ("swift exercise=1 exercise=2", "'exercise' stands twice; write it once"),
        ("swift exercise exercise=2", "'exercise' stands twice; write it once"),
        ("swift chunk=\"a", "a quotation mark without its partner"),
        ("swift chunk=\"a\"b\"c\"", "quotation marks go around the whole of a value"),
        ("swift chunk=a\"b c\"", "quotation marks go around the whole of a value"),
        ("swift chunk=\"\"", "a chunk's name is a few words, without '>>' and spaces at its ends"),
        ("swift chunk=\" a\"", "a chunk's name is a few words, without '>>' and spaces at its ends"),
        ("swift chunk=\"a>>b\"", "a chunk's name is a few words, without '>>' and spaces at its ends"),
        ("swift exercise=0", "'exercise' takes a number from 1 to 999: exercise=1"),
        ("swift exercise=+1", "'exercise' takes a number from 1 to 999: exercise=1"),
        ("swift exercise=01", "'exercise' takes a number from 1 to 999: exercise=1"),
        ("swift exercise=one", "'exercise' takes a number from 1 to 999: exercise=1"),
        ("swift solution=99999999999999999999", "'solution' takes a number from 1 to 999: solution=1"),
        ("console test", "'test' has no meaning here; console blocks are: console, console measured"),
        ("text wide", "'wide' has no meaning here; text blocks are: text"),
        ("asm", "an excerpt names its file: ```asm from=\"Sources/…\""),
        ("c from=\"Tools/x.c\"", "an excerpt names its file: ```c from=\"Sources/…\""),
        ("c from=\"Sources/../x.c\"", "an excerpt names its file: ```c from=\"Sources/…\""),
        ("c test from=\"Sources/x.c\"", "'test' has no meaning here; c blocks are: c from=\"Sources/…\""),
    ])
    func nonsense(_ info: String, isRefusedWith message: String) {
        #expect(throws: InfoStringFault.self) { try InfoString(info).form() }
        #expect(faults(in: "~~~\(info)\n~~~\n") == ["2:1: error: \(message)"])
    }

    @Test func everyFormStandsInTheChapter() throws {
        let chapter = try read(
            """
            ```swift
            // <<more>>
            ```
            ```swift chunk=more
            let a = 1
            ```
            ```console measured
            $ true
            ```
            """)
        #expect(
            chapter.blocks.map(\.form) == [
                .module, .chunk(name: "more", appends: false), .console(measured: true),
            ])
        #expect(chapter.blocks.map(\.firstLine) == [3, 6, 9])
        #expect(chapter.blocks.map(\.form.isSwift) == [true, true, false])
    }
}
