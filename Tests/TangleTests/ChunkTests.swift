import Testing

@testable import Tangle

/// What chunks must not be. What becomes of right ones is in `TanglingTests`.
@Suite struct ChunkTests {
    @Test func unknown() {
        #expect(
            faults(in: "```swift\n  // <<push>>\n```\n") == [
                "3:3: error: no chunk is named 'push'; this chapter defines none"
            ])
        let chunks = ["pop", "pull", "count", "map", "drain"].map {
            "```swift chunk=\($0)\n```\n```swift\n// <<\($0)>>\n```\n"
        }
        #expect(
            faults(in: chunks.joined() + "> ```swift\n>\n>   // <<push>>\n> ```\n") == [
                "29:5: error: no chunk is named 'push'; there is 'pull', 'pop' and 'count'"
            ])
    }

    @Test func unused() {
        #expect(
            faults(in: "```swift chunk=\"a\"\n```\n> ```swift chunk=\"b c\"\n> ```\n") == [
                "2:1: error: chunk 'a' is never used; refer to it with // <<a>>, or delete it",
                "4:3: error: chunk 'b c' is never used; refer to it with // <<b c>>, or delete it",
            ])
    }

    @Test func definedTwice() {
        let use = "```swift\n// <<a>>\n```\n"
        #expect(
            faults(in: use + "```swift chunk=a\n```\n\n```swift chunk=a\n```\n") == [
                "8:1: error: chunk 'a' is already defined in line 5; write 'append' to add to it"
            ])
        #expect(
            faults(in: use + "```swift chunk=a append\n```\n```swift chunk=a\n```\n") == [
                "5:1: error: nothing to append to: chunk 'a' is not defined before; take 'append' away",
                "7:1: error: chunk 'a' is already defined in line 5; write 'append' to add to it",
            ])
    }

    @Test func circles() {
        func chunk(_ name: String, _ uses: String...) -> String {
            "```swift chunk=\(name)\n" + uses.map { "// <<\($0)>>\n" }.joined() + "```\n"
        }
        let use = "```swift\n// <<a>>\n```\n"
        #expect(
            faults(in: use + chunk("a", "a")) == [
                "5:1: error: chunk 'a' is spliced into itself (a → a); break the circle"
            ])
        #expect(
            faults(in: use + chunk("a", "b") + chunk("b", "c", "d") + chunk("c", "a") + chunk("d")) == [
                "5:1: error: chunk 'a' is spliced into itself (a → b → c → a); break the circle"
            ])
        // The chunk before a circle, between two circles and behind them is on none.
        let links = chunk("a", "b") + chunk("b", "b", "c") + chunk("c", "d") + chunk("d", "e", "f")
        #expect(
            faults(in: use + links + chunk("e", "d") + chunk("f")) == [
                "8:1: error: chunk 'b' is spliced into itself (b → b); break the circle",
                "15:1: error: chunk 'd' is spliced into itself (d → e → d); break the circle",
            ])
    }

    @Test func tooDeep() throws {
        func chapter(_ depth: Int) -> String {
            (0..<depth).map { "```swift chunk=c\($0)\n// <<c\($0 + 1)>>\n```\n" }.joined()
                + "```swift chunk=c\(depth)\nlet a = 1\n```\n```swift\n// <<c0>>\n```\n"
        }
        #expect(try read(chapter(32)).tangled(for: .module).lines.last?.text == "let a = 1")
        #expect(
            faults(in: chapter(33)) == [
                "2:1: error: chunk 'c0' splices chunks more than 32 deep; splice some of them side by side"
            ])
        #expect(faults(in: chapter(20_000)).count == 1)
    }

    @Test func tooLarge() {
        let doubling = (0..<25).map {
            "```swift chunk=c\($0)\n// <<c\($0 + 1)>>\n// <<c\($0 + 1)>>\n```\n"
        }
        #expect(
            faults(in: doubling.joined() + "```swift chunk=c25\na()\n```\n\n```swift\n// <<c0>>\n```\n") == [
                "106:1: error: with this block, splicing makes more than 16 MiB of Swift of this chapter; "
                    + "splice its chunks less often"
            ])
    }

    @Test(arguments: [
        ("let s = \"// <<a>>\"", 10), ("let s = #\"// <<a>>\"#", 11), ("let s = \"\\(\"// <<a>>\")\"", 13),
        ("\"\"\"\n// <<a>>\n\"\"\"", 1), ("#\"\"\"\n    // <<a>>\n    \"\"\"#", 5),
        ("##\"\"\"\n\"\"\"# // <<a>>\n\"\"\"##", 6), ("\"\"\"\n\\(f(\n// <<a>>\n))\n\"\"\"", 1),
        ("\"\"\"\n\\\"\"\"\n// <<a>>\n\"\"\"", 1), ("\"\"\"\n\"\" \"\n// <<a>>\n\"\"\"", 1),
        ("let s = \"\\\" // <<a>>\"", 13),
    ])
    func referenceInALiteral(_ code: String, column: Int) {
        let message = "a chunk reference inside a string literal is never spliced; end the literal before it"
        expect(message, in: code, column)
    }

    @Test(arguments: [
        ("/*\n// <<a>>\n*/", 1), ("/* // <<a>> */", 4), ("/* /* */\n  // <<a>>\n*/", 3),
        ("// // <<a>>", 4), ("a() // see // <<a>>", 12), ("let s = \"\" // \" // <<a>>", 17),
    ])
    func referenceInAComment(_ code: String, column: Int) {
        let message = "a chunk reference inside a comment is never spliced; end the comment before it"
        expect(message, in: code, column)
    }

    @Test(arguments: [
        ("a() // <<a>>", 5), ("let s = \"\" // <<a>>", 12), ("/* */ // <<a>>", 7), ("{ // <<a>> }", 3),
        ("let s = #\"\"\"# // <<a>>", 15), ("let s = \"\\\\\" // <<a>>", 14), ("`\"`() // <<a>>", 7),
        ("f(\"\\(1 + (2))\") // <<a>>", 17),
    ])
    func referenceNotAlone(_ code: String, column: Int) {
        expect("a chunk reference stands alone on its line; move it to a line of its own", in: code, column)
    }

    @Test(arguments: [
        ("// <<a", 1), ("// <<a>", 1), ("  // <<a>> now", 3), ("// <<>>", 1), ("//<<a>>", 1), ("/// <<a>>", 1),
        ("//  <<a>>", 1), ("//// <<a>>", 1), ("// <<= 2", 1),
        ("// << a>>", 1), ("// <<a >>", 1),
    ])
    func otherForms(_ code: String, column: Int) {
        expect("a chunk reference of another form than // <<name>>; write it so", in: code, column)
    }

    @Test(arguments: [
        "a << b // >> c", "// a << b >> c", "// see <<a>>", "let s = \"<<a>>\"", "/// Shifts by `<<`.",
        "/// <<= shifts", "let s = \"// <<\"", "a() // << is a shift", "/* << */",
    ])
    func whatIsNoReference(_ code: String) {
        #expect(faults(in: "```swift\n\(code)\n```\n") == [])
    }

    /// Expects one fault in the code's one line that looks like a reference.
    private func expect(_ message: String, in code: String, _ column: Int) {
        let lines = code.split(separator: "\n")
        let line = 3 + (lines.firstIndex { $0.contains("<<") } ?? 0)
        let used = "```swift chunk=a\n```\n```swift\n// <<a>>\n```\n"
        #expect(
            faults(in: "```swift\n\(code)\n```\n\(used)") == ["\(line):\(column): error: \(message)"])
        #expect(
            faults(in: "> ```swift test\n> " + lines.joined(separator: "\n> ") + "\n> ```\n\(used)")
                == ["\(line):\(column + 2): error: \(message)"])
    }

    // MARK: Literals and comments that run over a block's end

    @Test(arguments: [
        ("let s = \"\"\"\n    a\n", 3, "string literal"),
        ("a()\nlet s = #\"\"\"\n\"\"\"\n", 4, "string literal"),
        ("let s = \"\"\"\n\\(\n", 3, "string literal"),
        ("let s = \"\"\"\n\"\"\"\na()\n\"\"\"\nb\n", 6, "string literal"),
        ("a() /* b\n\nc\n", 3, "comment"),
        ("/* /* */\n", 3, "comment"),
    ])
    func openEnds(_ code: String, line: Int, what: String) {
        let message = "the block ends inside the \(what) that begins in this line; end it in the same block"
        for form in ["swift", "swift wrong", "swift example"] {
            #expect(faults(in: "```\(form)\n\(code)```\n") == ["\(line):1: error: \(message)"])
        }
        #expect(faults(in: "```text\n\(code)```\n") == [])
    }

    @Test(arguments: [
        "let s = \"\"\"\n    \\(f(\"\"\"\n        \"\"\"))\n    \"\"\"", "let s = \"a", "let s = #\"\"\"#",
        "let s = ##\"\"\" \"\"\"##", "/* /* */ */", "// /*", "let s = \"/*\"", "let r = \"\\(f(\")\"))\"",
        "`a\"\"\"b`()", "/* \" */ \"/* \" /* // */", "let s = \"\"\"\n\\\"\"\" \\(\"\\(1)\") \"\"\"",
    ])
    func closedEnds(_ code: String) {
        #expect(faults(in: "```swift\n\(code)\n```\n") == [])
    }
}
