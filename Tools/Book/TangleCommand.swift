import ArgumentParser
import Foundation
import Tangle

/// `book tangle`: shows a chapter's Swift as the compiler gets it.
struct TangleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tangle",
        abstract: "Print the Swift of a chapter, as the compiler gets it.",
        discussion: """
            Prose becomes blank lines, so that each line of code keeps the number that it has in \
            the chapter.
            """)

    @Argument(help: "The chapter: naive-stack, 01 or 01-naive-stack.")
    var chapter: String

    @Option(help: "Which of its code: module, example or test.")
    var destination: Destination = .module

    @Flag(help: "Print it again whenever the chapter changes, until stopped.")
    var watch = false

    func run() async throws {
        let book = try BookFolder()
        let name = try book.chapterName(for: chapter)
        guard watch else { return try show(name, of: book) }
        while true {
            let date = modificationDate(of: name, in: book)
            do {
                try show(name, of: book)
            } catch {
                Output.complain("\(error)")
            }
            while modificationDate(of: name, in: book) == date {
                try await Task.sleep(for: .milliseconds(100))
            }
            Output.complain("\(name.path) has changed:")
        }
    }

    private func show(_ name: ChapterName, of book: BookFolder) throws {
        do throws(Diagnostics) {
            let file = try Chapter(name, root: book.root).tangled(for: destination)
            FileHandle.standardOutput.write(Data(file.text.utf8))
        } catch {
            if watch { throw error }
            Output.complain(error.description)
            throw ExitCode.failure
        }
    }

    private func modificationDate(of name: ChapterName, in book: BookFolder) -> Date? {
        let file = book.root.appendingPathComponent(name.path).path
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        return attributes?[.modificationDate] as? Date
    }
}

extension Destination: ExpressibleByArgument {}
