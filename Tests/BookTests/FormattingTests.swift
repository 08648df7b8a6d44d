import Foundation
import Tangle
import Testing

extension BookTests {
    /// All Swift is formatted by swift-format with the book's own settings, in the chapters too.
    @Suite struct Formatting {
        @Test func everyFileIsFormatted() async throws {
            let complaints = try await lint(["Package.swift", "Sources", "Tests", "Tools"])
            #expect(complaints == "")
        }

        @Test func everyChapterIsFormatted() async throws {
            let book = try ThrowAwayBook()
            for chapter in try Book(root: WholeBook.root).chapters {
                for destination in Destination.allCases {
                    let code = Self.withoutGaps(chapter.tangled(for: destination))
                    if code.isEmpty { continue }
                    try book.write("\(chapter.name.stem)-\(destination.rawValue).swift", code)
                }
            }
            let complaints = try await lint([book.root.path])
            #expect(complaints == "")
        }

        private func lint(_ paths: [String]) async throws -> String {
            let run = try await Run(
                .name("swift"),
                ["format", "lint", "--strict", "--recursive", "--configuration", ".swift-format"]
                    + paths, in: WholeBook.root)
            return run.output + run.error
        }

        /// The code without directives and without the blank lines that stand for prose.
        private static func withoutGaps(_ file: TangledFile) -> String {
            var lines: [String] = []
            for line in file.lines where !line.text.hasPrefix("#sourceLocation") {
                if !line.text.isEmpty || lines.last?.isEmpty == false { lines.append(line.text) }
            }
            return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
        }
    }
}
