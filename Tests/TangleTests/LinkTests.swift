import Foundation
import Testing

@testable import Tangle

@Suite struct LinkTests {
    private static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>A stack</title></svg>
        """

    @Test func everyRightForm() throws {
        let book = try TemporaryBook(
            chapters: [
                "01-naive-stack.md": """
                    # Naive stack

                    See [paging](02-paging.md), [the walk](02-paging.md#the-walk), [below](#under-it),
                    [Größe](#gr%C3%B6%C3%9Fe), [Größe](#größe) and <https://example.org/a?b#c>.

                    ![A stack](figures/stack-1.svg "A stack of frames")

                    ## Under it
                    ## Größe
                    """,
                "02-paging.md": "# Paging\n\n[Back](01-naive-stack.md#naive-stack)\n\n## The walk\n",
            ],
            figures: ["stack-1.svg": Self.svg])
        #expect(book.faults == [])
    }

    @Test(arguments: [
        ("02-pagin.md", "no chapter is '02-pagin.md'; the nearest: '02-paging.md' and '01-naive-stack.md'"),
        ("02-pagin.md#x", "no chapter is '02-pagin.md'; the nearest: '02-paging.md' and '01-naive-stack.md'"),
        ("02-paging.md#walk", "no heading of 02-paging.md is '#walk'; the nearest: '#the-walk', '#paging' and '#the-tlb'"),
        ("#Naive-Stack", "no heading of 01-naive-stack.md is '#Naive-Stack'; the nearest: '#naive-stack' and '#links'"),
        ("http://example.org", "'http://example.org' is not encrypted; write https://"),
        ("https://", "'https://' names no host; write https://HOST/…"),
        ("https:///path", "'https:///path' names no host; write https://HOST/…"),
        ("<>", "a link to nowhere; write [text](destination)"),
        (
            "figures/stack.svg",
            "a figure is shown, not linked: ![text alternative](figures/NAME.svg \"caption\")"
        ),
    ])
    func wrongLinks(_ destination: String, _ message: String) throws {
        let book = try TemporaryBook(chapters: [
            "01-naive-stack.md": "# Naive stack\n\n## Links\n\nA [link](\(destination))\n",
            "02-paging.md": "# Paging\n\n## The walk\n\n## The TLB\n",
        ])
        #expect(book.faults == ["Chapters/01-naive-stack.md:5:3: error: \(message)"])
    }

    @Test(arguments: [
        "mailto:a@b.c", "../README.md", "README.md", "./02-paging.md", "/02-paging.md", "#", "02-paging.md#",
        "02-paging.html", "Chapters/02-paging.md", "ftp://a.b", "javascript:1", "Sources/Boot/entry.s",
        "02-paging", "file:///etc/passwd", "//example.org", "?q",
    ])
    func foreignLinks(_ destination: String) throws {
        let book = try TemporaryBook(chapters: [
            "01-naive-stack.md": "# Naive stack\n\n> A\n> [link](\(destination))\n",
            "02-paging.md": "# Paging\n",
        ])
        #expect(
            book.faults == [
                "Chapters/01-naive-stack.md:4:3: error: '\(destination)' is no link of this book; link to "
                    + "a chapter (01-naive-stack.md), a section (01-naive-stack.md#heading or #heading) "
                    + "or https://…, and name a file as code"
            ])
    }

    @Test(arguments: [
        (
            "![a](figures/stak.svg \"c\")",
            ["there is no file Chapters/figures/stak.svg; the nearest: 'stack.svg'"]
        ),
        (
            "![](figures/stack.svg \"c\")",
            [
                "a figure without words for those who do not see it; "
                    + "write ![what it shows](figures/stack.svg \"caption\")"
            ]
        ),
        (
            "![a](figures/stack.svg)",
            ["a figure without a caption; write ![what it shows](figures/stack.svg \"caption\")"]
        ),
        (
            "![ ](stack.png \" \")",
            [
                "'stack.png' is no figure of this book; write figures/NAME.svg, the name in lower case with hyphens",
                "a figure without a caption; write ![what it shows](stack.png \"caption\")",
                "a figure without words for those who do not see it; "
                    + "write ![what it shows](stack.png \"caption\")",
            ]
        ),
        (
            "![a](figures/../stack.svg \"c\")",
            [
                "'figures/../stack.svg' is no figure of this book; write figures/NAME.svg, the name in lower case with hyphens"
            ]
        ),
    ])
    func wrongFigures(_ figure: String, _ messages: [String]) throws {
        let book = try TemporaryBook(
            chapters: ["01-naive-stack.md": "# Naive stack\n\n\(figure)\n"],
            figures: ["stack.svg": Self.svg])
        #expect(book.faults == messages.map { "Chapters/01-naive-stack.md:3:1: error: \($0)" })
    }

    @Test(arguments: [
        ("<svg", "1:5: error: this is not well-formed XML: a tag without its >; mend it"),
        ("", "1:1: error: this is not well-formed XML: it is empty; draw something"),
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><g></svg>", "error: this is not well-formed XML: an element is closed that is not the one open; mend it"),
        (svg("") + "more", "error: this is not well-formed XML: it ends too early, or goes on behind its root; mend it"),
        ("<!DOCTYPE svg [<!ENTITY a SYSTEM 'b'>]>" + svg("&a;"), "1:1: error: a document type leads out of the figure; take it away"),
        ("<svg viewBox='0 0 1 1'><title>a</title></svg>", "error: a figure's root is <svg xmlns=\"http://www.w3.org/2000/svg\">"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'><title>a</title></html>", "error: a figure's root is"),
        (svg("", root: ""), "error: the figure cannot scale; give <svg> a viewBox=\"0 0 WIDTH HEIGHT\""),
        (svg("", root: "viewBox='0 0 ten 10'"), "error: the figure cannot scale"),
        (svg("", root: "viewBox='0 0 10'"), "error: the figure cannot scale"),
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>", "1:1: error: the figure has no <title>; give it one, as the first element inside <svg>"),
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><title> </title></svg>", "1:1: error: the figure has no <title>"),
        ("<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><g><title>a</title></g></svg>", "1:1: error: the figure has no <title>"),
        (svg("<script>1</script>"), "error: <script> does not belong in a figure; draw it with shapes and text"),
        (svg("<foreignObject/>"), "error: <foreignObject> does not belong in a figure"),
        (svg("<image href='https://a.b/c.png'/>"), "error: href=\"https://a.b/c.png\" leads out of the figure; draw it inside"),
        (svg("<use xlink:href='other.svg#a' xmlns:xlink='http://www.w3.org/1999/xlink'/>"), "error: xlink:href=\"other.svg#a\" leads out of the figure"),
        (svg("<rect fill='url( &quot;https://a.b&quot; )'/>"), "error: a style that leads out of the figure; keep everything inside"),
        (svg("<style>@import 'a.css';</style>"), "error: a style that leads out of the figure"),
        (svg("<style><![CDATA[ g { fill: URL(a.svg) } ]]></style>"), "error: a style that leads out of the figure"),
        (svg("<rect onclick='1'/>"), "error: 'onclick' is a script; a figure has none"),
        ("<?xml-stylesheet href='a.css'?>" + svg(""), "error: <?xml-stylesheet?> leads out of the figure; take it away"),
    ])
    func wrongFigureFiles(_ text: String, _ beginning: String) throws {
        let book = try TemporaryBook(
            chapters: ["01-naive-stack.md": "# Naive stack\n\n![a](figures/stack.svg \"c\")\n"],
            figures: ["stack.svg": text])
        #expect(book.faults.count == 1)
        let fault = try #require(book.faults.first)
        #expect(fault.hasPrefix("Chapters/figures/stack.svg:1:"))
        #expect(fault.contains(beginning), "\(fault)")
    }

    @Test(arguments: [
        svg("<use href='#a'/><rect id='a' fill='url(#b)'/>"), svg("<style>g { fill: url('#b') }</style>"),
        "<?xml version='1.0' encoding='UTF-8'?>\n<!-- a -->\n" + svg("<g><title>more</title></g>"),
    ])
    func rightFigureFiles(_ text: String) {
        #expect(FigureFile.faults(path: "a.svg", data: Data(text.utf8)) == [])
    }

    private static func svg(_ content: String, root: String = "viewBox='0 0 10 10'") -> String {
        "<svg xmlns='http://www.w3.org/2000/svg' \(root)><title>a</title>\(content)</svg>"
    }

    // MARK: The book as a whole

    @Test func everyChaptersFaultsInOneRun() throws {
        let book = try TemporaryBook(chapters: [
            "01-a.md": "prose\n", "02-b.md": "# B\n\n```rust\n```\n", "03-c.md": "# C\n", "notes.md": "# N\n",
            "04-c.md": "# C\n", "03-d.md": "# D\n", ".#01-a.md": "",
        ])
        #expect(
            book.faults == [
                "Chapters/01-a.md:1:1: error: a chapter begins with its title: # Title",
                "Chapters/02-b.md:3:1: error: 'rust' is no language of this book; it knows swift, console, asm, c and text",
                "Chapters/03-d.md:1:1: error: 03-c.md has this number or name already; choose another",
                "Chapters/04-c.md:1:1: error: 03-c.md has this number or name already; choose another",
                "Chapters/notes.md:1:1: error: a chapter's file is named like 01-naive-stack.md",
            ])
    }

    @Test func noChapterAndChaptersThatCannotBeRead() throws {
        #expect(
            try TemporaryBook().faults == [
                "Chapters:1:1: error: no chapter here; run this in the folder that holds Package.swift"
            ])
        let book = try TemporaryBook()
        let folder = book.root.appendingPathComponent("Chapters/01-a.md")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        #expect(
            book.faults == [
                "Chapters/01-a.md:1:1: error: the chapter cannot be read; is it there, and are you allowed to?"
            ])
    }

    @Test func chaptersByName() throws {
        let book = try TemporaryBook(chapters: ["01-a.md": "# A\n", "A1-b-c.md": "# B\n"])
        let chapters = try Book(root: book.root)
        #expect(chapters.chapter(named: "a")?.title == "A")
        #expect(chapters.chapter(named: "A1")?.title == "B")
        #expect(chapters.chapter(named: "A1-b-c")?.title == "B")
        #expect(chapters.chapter(named: "c") == nil)
    }
}
