import Foundation
import Tangle
import Testing

@testable import Weave

@Suite struct SiteTests {
    @Test(arguments: TestBook.Kind.allCases)
    func everyPageIsWellFormedAndEveryLinkLeadsSomewhere(_ kind: TestBook.Kind) throws {
        let book = try TestBook(kind)
        let site = try Site(root: book.root)
        let pages = try site.files.filter { $0.key.hasSuffix(".html") }.mapValues { try Page($0) }
        for (name, page) in pages {
            #expect(Set(page.identifiers).count == page.identifiers.count, "\(name)")
            #expect(page.attributes["html"]?["lang"] == "en-GB")
            for link in page.links where !link.hasPrefix("https://") {
                let parts = link.split(separator: "#", omittingEmptySubsequences: false)
                let file = parts[0].isEmpty ? name : String(parts[0])
                #expect(site.files[file] != nil, "\(name): \(link)")
                #expect(!file.hasSuffix(".md"), "\(name): \(link)")
                if parts.count == 2, let identifier = parts[1].removingPercentEncoding {
                    #expect(pages[file]?.identifiers.contains(identifier) == true, "\(name): \(link)")
                }
            }
            for image in page.images {
                #expect(image["src"].map { site.files[$0] != nil } == true, "\(name): \(image)")
                #expect(image["alt"]?.isEmpty == false, "\(name): \(image)")
            }
            #expect(!page.elements.contains("script"))
        }
        #expect(pages.count == site.pageCount)
        #expect(site.files.count == site.pageCount + site.figureCount + 1)
    }

    @Test(arguments: TestBook.Kind.allCases)
    func pagesAreChained(_ kind: TestBook.Kind) throws {
        let book = try TestBook(kind)
        let site = try Site(root: book.root)
        let chapters = try Book(root: book.root).chapters
        let names = chapters.map(\.name.pageName)
        for (index, name) in names.enumerated() {
            let page = try Page(try #require(site.files[name]))
            #expect(page.relations["prev"] == (index > 0 ? names[index - 1] : nil))
            #expect(page.relations["next"] == (index + 1 < names.count ? names[index + 1] : nil))
            #expect(page.links.contains("index.html"))
        }
        let contents = try Page(try #require(site.files["index.html"]))
        #expect(contents.links.filter { names.contains($0) } == names)
        for chapter in chapters {
            for heading in chapter.headings where heading.level == 2 {
                #expect(contents.links.contains("\(chapter.name.pageName)#\(heading.identifier)"))
            }
        }
    }

    @Test(arguments: TestBook.Kind.allCases)
    func everyLineOfCodeIsShown(_ kind: TestBook.Kind) throws {
        let book = try TestBook(kind)
        let site = try Site(root: book.root)
        let chapters = try Book(root: book.root).chapters
        for chapter in chapters {
            let page = try Page(try #require(site.files[chapter.name.pageName]))
            #expect(page.code == chapter.blocks.map { $0.lines.map { $0 + "\n" }.joined() })
        }
    }

    @Test func eachFormSaysWhatItIs() throws {
        let book = try TestBook(.small)
        let site = try Site(root: book.root)
        let html = String(decoding: try #require(site.files["01-naive-stack.html"]), as: UTF8.self)
        for words in [
            "<figcaption>joins the module <code>NaiveStack</code></figcaption>",
            "<figcaption>joins the executable</figcaption>",
            "<figcaption>joins the tests</figcaption>",
            "<figcaption>chunk “a &amp; b”</figcaption>",
            "<figcaption>more of chunk “a &amp; b”</figcaption>",
            "<figcaption>must not compile</figcaption>",
            "// expected-error {{cannot convert}}",
            "<figcaption>exercise 1</figcaption>",
            "<figcaption>test of exercise 1</figcaption>",
            "<details class=\"solution\">\n<summary>Solution of exercise 1</summary>",
            "<figcaption>at the console</figcaption>\n<pre tabindex=\"0\"><code><b>$ echo &lt;a&gt;</b>",
            "<figcaption>at the console; the figures differ from run to run</figcaption>",
            "<figcaption>from <code>Sources/CPU/cpu.h</code></figcaption>",
            "<figure class=\"code text\">\n<pre",
            "if a &lt; b &amp;&amp; b &gt; c { print(&quot;&amp;lt;&quot;) } // &lt;\u{338}",
            "<h2 id=\"größe--co\">Größe &amp; <em>Co</em> <a class=\"anchor\" href=\"#größe--co\" "
                + "aria-label=\"Link to “Größe &amp; Co”\">#</a></h2>",
            "<h2 id=\"see-paging\">See <a href=\"02-paging.html\">paging</a> ",
            "<a href=\"02-paging.html#the-walk\">",
            "<img src=\"figures/stack.svg\" alt=\"A &quot;stack&quot;\" />\n<figcaption>Frames &lt; 3</figcaption>",
            "<title>The &lt;naive&gt; stack · Free Frames</title>",
        ] {
            #expect(html.contains(words), "\(words)")
        }
        let paging = String(decoding: try #require(site.files["02-paging.html"]), as: UTF8.self)
        #expect(paging.contains("<figcaption>joins the chapter’s module</figcaption>"))
    }

    // MARK: Refusing and writing

    @Test func aBookWithFaultsIsNotWoven() throws {
        let book = try TestBook(chapters: ["01-a.md": "# A\n\n[b](#c)\n", "02-b.md": "# B\n\n[d](e)\n"])
        let faults = #expect(throws: Diagnostics.self) { try Site(root: book.root) }
        #expect(faults?.all.map(\.path) == ["Chapters/01-a.md", "Chapters/02-b.md"])
    }

    @Test func writing() throws {
        let book = try TestBook(chapters: ["01-a.md": "# A\n", "02-b.md": "# B\n"])
        let folder = book.root.appendingPathComponent("out/site")
        try Site(root: book.root).write(to: folder)
        #expect(try book.files(in: "out/site") == ["01-a.html", "02-b.html", "index.html", "style.css"])
        // A chapter is renamed, and somebody has put a file beside the pages.
        let chapters = book.root.appendingPathComponent("Chapters")
        try FileManager.default.moveItem(
            at: chapters.appendingPathComponent("02-b.md"), to: chapters.appendingPathComponent("02-c.md"))
        for name in ["CNAME", "own.html"] {
            try Data("own".utf8).write(to: folder.appendingPathComponent(name))
        }
        try Site(root: book.root).write(to: folder)
        #expect(
            try book.files(in: "out/site") == [
                "01-a.html", "02-c.html", "CNAME", "index.html", "own.html", "style.css",
            ])
    }

    @Test func aFolderOfSomebodyElseIsLeftAlone() throws {
        let book = try TestBook(chapters: ["01-a.md": "# A\n"])
        let site = try Site(root: book.root)
        let failure = #expect(throws: Site.Failure.self) { try site.write(to: book.root) }
        #expect(
            failure?.description
                == "\(book.root.path) holds other files; name an empty or a new folder")
        let file = book.root.appendingPathComponent("file")
        try Data().write(to: file)
        let other = #expect(throws: Site.Failure.self) { try site.write(to: file) }
        #expect(other?.description == "\(file.path) is no folder that can be read; name another")
        #expect(try book.files(in: ".") == ["Chapters", "file"])
    }
}
