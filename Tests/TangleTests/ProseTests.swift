import Testing

@testable import Tangle

@Suite struct ProseTests {
    // MARK: Titles and headings

    @Test func titles() throws {
        #expect(try read("# The *naive* `stack`\n", titled: false).title == "The naive stack")
        #expect(try read("Stack\n=====\n", titled: false).title == "Stack")
        #expect(
            faults(in: "Prose\n\n## Section\n", titled: false) == [
                "1:1: error: a chapter begins with its title: # Title"
            ])
        #expect(
            faults(in: "## Section\n\n# Title\n", titled: false) == [
                "1:1: error: a chapter begins with its title: # Title"
            ])
        #expect(
            faults(in: "\n# Second\n\n> # Third\n") == [
                "3:1: error: a second title; a section's heading begins with ##",
                "5:3: error: a second title; a section's heading begins with ##",
            ])
    }

    @Test func headings() throws {
        let chapter = try read("\n## One\n\n> ### Two\n\n- #### Three ####\n\nFour\n----\n")
        #expect(chapter.headings.map(\.level) == [1, 2, 3, 4, 2])
        #expect(chapter.headings.map(\.text) == ["Stack", "One", "Two", "Three", "Four"])
        #expect(
            chapter.headings.map(\.position) == [
                Position(line: 1), Position(line: 3), Position(line: 5, column: 3),
                Position(line: 7, column: 3), Position(line: 9),
            ])
    }

    /// GitHub's rule, on headings whose identifiers its site shows.
    @Test(arguments: [
        ("Owning a frame", "owning-a-frame"), ("Why 0 is not \"none\"", "why-0-is-not-none"),
        ("`FrameStack`, step by step", "framestack-step-by-step"), ("A & B", "a--b"),
        ("*Free* [frames](01-stack.md)", "free-frames"), ("x86-64: paging", "x86-64-paging"),
        ("snake_case", "snake_case"), ("Grüße, 世界", "grüße-世界"), ("2 × 2 = 4", "2--2--4"),
        ("What? Now!", "what-now"), ("a  b", "a--b"), ("-", ""), ("100 %", "100-"), ("don’t", "dont"),
    ])
    func identifiers(_ text: String, _ identifier: String) throws {
        var identifiers = HeadingIdentifiers()
        let node = try #require(MarkdownTree(Array("## \(text)\n".utf8)).root.firstChild)
        #expect(identifiers.next(for: node.plainText) == identifier)
    }

    @Test func repeatedHeadings() throws {
        let chapter = try read("## Cost\n## Cost 1\n## Cost\n## Cost\n## cost\n## Cost 1\n")
        #expect(
            chapter.headings.map(\.identifier) == [
                "stack", "cost", "cost-1", "cost-2", "cost-3", "cost-4", "cost-1-1",
            ])
    }

    @Test(arguments: ["##", "## !?", "## -", "## ` `"])
    func headingsWithoutAWord(_ text: String) {
        let message = "a heading needs a letter or a digit, for links to name it by; give it a word"
        #expect(faults(in: "\n\(text)\n") == ["3:1: error: \(message)"])
    }

    // MARK: Figures, links and what looks like them

    @Test func figures() throws {
        let chapter = try read(
            "\n![The *stack*  in use](figures/stack.svg \"The stack\")\n\n- ![a](b 'c')\n")
        #expect(chapter.figures.map(\.destination) == ["figures/stack.svg", "b"])
        #expect(chapter.figures.map(\.alternative) == ["The stack  in use", "a"])
        #expect(chapter.figures.map(\.caption) == ["The stack", "c"])
        #expect(chapter.figures.map(\.position) == [Position(line: 3), Position(line: 5, column: 3)])
    }

    @Test(arguments: [
        ("Prose ![a](b \"c\")\n", "2:7"), ("![a](b \"c\")\nprose\n", "2:1"), ("prose\n![a](b \"c\")\n", "3:1"),
        ("> prose\n>  ![a](b \"c\")\n", "3:4"), ("- prose\n![a](b \"c\")\n", "3:1"),
        ("## ![a](b \"c\")\n", "2:4"), ("[![a](b \"c\")](01-stack.md)\n", "2:2"), ("*![a](b \"c\")*\n", "2:2"),
        ("prose\n     ![a](b \"c\")\n", "3:6"),
    ])
    func figuresNotAlone(_ text: String, at place: String) {
        let message = "a figure stands alone in its paragraph; give it one"
        #expect(faults(in: text).first == "\(place): error: \(message)")
    }

    @Test func links() throws {
        let chapter = try read(
            "a [b](c \"d\") <https://e.f>\n  and [g][h]\n\n- a\n[i](#j)\n\n[h]: k\n")
        #expect(chapter.links.map(\.destination) == ["c", "https://e.f", "k", "#j"])
        #expect(
            chapter.links.map(\.position) == [
                Position(line: 2, column: 3), Position(line: 2, column: 14),
                Position(line: 3, column: 7), Position(line: 6),
            ])
    }

    @Test(arguments: [
        ("a [b](c d) e\n", "2:5"), ("[b][nowhere]\n", "2:3"), ("[b](c \"d)\n", "2:3"),
        ("prose\n> a [b](c d)\n", "3:7"),
    ])
    func linksThatAreNone(_ text: String, at place: String) {
        let message = "this looks like a link and is none; its form is [text](destination), "
            + "and what is no link is written as code"
        #expect(faults(in: text) == ["\(place): error: \(message)"])
    }

    @Test func bracketsInCodeAreNoLink() {
        #expect(faults(in: "`a[0][1]` and `[a](b c)`, [a] (b)\n") == [])
    }

    @Test(arguments: [
        ("<a href=\"01-stack.md\">a</a>\n", "2:1", "href="), ("prose <img SRC='a'>\n", "2:7", "src="),
        ("<div>\n<script>1</script>\n</div>\n", "2:1", "<script"), ("- <p style='a'>\n", "2:3", "style="),
    ])
    func rawHTML(_ text: String, at place: String, _ what: String) {
        let message = "'\(what)' in raw HTML escapes every check; write links and figures in Markdown"
        #expect(faults(in: text) == ["\(place): error: \(message)"])
    }

    @Test func citedBounds() throws {
        let chapter = try read("It is `≥ 100×` faster, by `< 3` or\n`≤ 4`, not ≥ 5.\n")
        #expect(chapter.citedBounds.map(\.text) == ["≥ 100×", "≤ 4"])
        #expect(chapter.citedBounds.map(\.position.line) == [2, 3])
    }

    // MARK: Exercises

    @Test(arguments: [
        ("exercise=1", ["test: ```swift exercise=1 test", "solution: ```swift solution=1"]),
        ("exercise=1 test", ["solution: ```swift solution=1", "start: ```swift exercise=1"]),
        ("solution=1", ["start: ```swift exercise=1", "test: ```swift exercise=1 test"]),
    ])
    func exercisesWithAPartMissing(_ info: String, missing: [String]) {
        #expect(
            faults(in: "\n```swift \(info)\n```\n")
                == missing.sorted().map { "3:1: error: exercise 1 has no \($0)" })
    }

    @Test func exercisesDoubled() {
        let parts = ["exercise=2", "exercise=2 test", "solution=2"].map { "```swift \($0)\n```\n" }
        #expect(faults(in: parts.joined()) == [])
        let message = "a second such block for exercise 2, after line"
        #expect(
            faults(in: parts.joined() + parts.joined()) == [
                "8:1: error: \(message) 2; join the two", "10:1: error: \(message) 4; join the two",
                "12:1: error: \(message) 6; join the two",
            ])
    }

    // MARK: All of it

    @Test func everyFaultInOneRunAndInOrder() {
        let text = """
            ## Section

            ```swift test example
            ```

            ```rust
            ```

            > ![a](b "c") and

                indented

            ```swift
            let s = "// <<nowhere>>"
            // <<nowhere>>
            ```

            ```swift chunk=unused
            ```

            # Title

            ```swift solution=1
            ```

            ```swift
            """
        #expect(
            faults(in: text, titled: false).map { $0.prefix { $0 != " " } } == [
                "3:1:", "6:1:", "9:3:", "11:5:", "14:10:", "26:1:",
            ])
        #expect(
            faults(in: text + "\n```\n", titled: false).map { $0.prefix { $0 != " " } } == [
                "1:1:", "3:1:", "6:1:", "9:3:", "11:5:", "14:10:", "15:1:", "18:1:", "23:1:", "23:1:",
            ])
    }

    // MARK: Names of files

    @Test(arguments: [
        ("01-naive-stack.md", "01", "naive-stack"), ("A1-simulated-machine.md", "A1", "simulated-machine"),
        ("00-the-question.md", "00", "the-question"), ("10-x86.md", "10", "x86"),
    ])
    func names(_ fileName: String, _ number: String, _ name: String) throws {
        let chapter = try #require(ChapterName(fileName: fileName))
        #expect((chapter.number, chapter.name) == (number, name))
        #expect(chapter.fileName == fileName)
        #expect(chapter.path == "Chapters/\(fileName)")
    }

    @Test(arguments: [
        "naive-stack.md", "1-a.md", "001-a.md", "01-.md", "01.md", "01-A.md", "01-a--b.md", "01-a-.md",
        "01_a.md", "a1-a.md", "AA-a.md", "01-ä.md", "01-a.txt", "01-a", "", ".md", "é1-a.md", "01-a b.md",
        "٠١-a.md",
    ])
    func namesThatAreNone(_ fileName: String) {
        #expect(ChapterName(fileName: fileName) == nil)
    }

    @Test func modules() throws {
        let name = try #require(ChapterName(fileName: "10-kernel-booting.md"))
        #expect(name.belongs(toModule: "Kernel"))
        #expect(name.belongs(toModule: "KernelBooting"))
        #expect(!name.belongs(toModule: "KernelBoot"))
        #expect(!name.belongs(toModule: "Kern"))
        #expect(ChapterName.kebabCase("CountingTheCost") == "counting-the-cost")
    }

    @Test func order() throws {
        let names = ["A1-b.md", "01-b.md", "00-z.md"].compactMap { ChapterName(fileName: $0) }
        #expect(names.sorted().map(\.number) == ["00", "01", "A1"])
    }
}
