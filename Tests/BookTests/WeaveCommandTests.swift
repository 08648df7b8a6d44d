import Foundation
import Testing

extension BookTests {
    @Suite struct WeaveCommand {
        @Test func pagesAreWrittenAndTheirPlaceIsSaid() async throws {
            let book = try ThrowAwayBook(sample: "[Here](#sample)\n")
            let run = try await book.run("weave", "--output", "out/site")
            #expect(run.succeeded, "\(run.error)")
            let page = book.root.appendingPathComponent("out/site/index.html").absoluteString
            #expect(
                run.lines == ["wrote 2 pages and 0 figures", "to read them, open \(page)"])
            #expect(book.read("out/site/01-sample.html").contains("<a href=\"#sample\">Here</a>"))
            #expect(try await book.run("weave", "--output", "out/site").succeeded)
        }

        @Test func aFaultyBookIsNotWoven() async throws {
            let book = try ThrowAwayBook(sample: "[Nowhere](#nowhere)\n\n[Abroad](http://a.b)\n")
            let links = try await book.run("weave", "--output", "site")
            #expect(links.status == .exited(1))
            #expect(
                links.faults.map { $0.prefix(29) } == [
                    "Chapters/01-sample.md:3:1: er", "Chapters/01-sample.md:5:1: er",
                ])
            try book.write("Chapters/02-other.md", "prose\n")
            let chapters = try await book.run("weave", "--output", "site")
            #expect(
                chapters.error
                    == "Chapters/02-other.md:1:1: error: a chapter begins with its title: # Title\n"
            )
            let site = book.root.appendingPathComponent("site").path
            #expect(!FileManager.default.fileExists(atPath: site))
        }

        @Test func mistakesAreOneLine() async throws {
            let book = try ThrowAwayBook(sample: "")
            let own = try await book.run("weave", "--output", ".")
            #expect(own.status == .exited(1))
            #expect(
                own.error
                    == "Error: \(book.root.path) holds other files; name an empty or a new folder\n"
            )
            let empty = try await book.run("weave", "--output", "")
            #expect(empty.error.hasPrefix("Error: --output takes the name of a folder."))
        }
    }
}
