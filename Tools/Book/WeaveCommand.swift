import ArgumentParser
import Foundation
import Tangle
import Weave

/// `book weave`: makes the book's pages.
struct WeaveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weave",
        abstract: "Make the book's pages: HTML that any browser shows, without a server.",
        discussion: """
            A book with faults is not woven: all of them are printed, and nothing is written. \
            The folder must be new, empty, or hold the pages of an earlier weaving.
            """)

    @Option(help: "The folder to write the pages to.")
    var output: String

    func validate() throws {
        if output.isEmpty { throw ValidationError("--output takes the name of a folder.") }
    }

    func run() throws {
        let book = try BookFolder()
        let folder = URL(fileURLWithPath: output).standardizedFileURL
        let site = try woven(book)
        try site.write(to: folder)
        Output.print(
            """
            wrote \(counted(site.pageCount, "page")) and \(counted(site.figureCount, "figure"))
            to read them, open \(folder.appendingPathComponent("index.html").absoluteString)
            """)
    }

    private func woven(_ book: BookFolder) throws -> Site {
        do throws(Diagnostics) {
            return try Site(root: book.root)
        } catch {
            Output.complain(error.description)
            throw ExitCode.failure
        }
    }
}
