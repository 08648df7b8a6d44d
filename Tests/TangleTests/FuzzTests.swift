import Foundation
import TestSupport
import Testing

@testable import FuzzPress
@testable import Tangle

/// A small part of what `fuzz-press` does, and what it and others have found.
@Suite struct FuzzTests {
    private static var chapters: [[UInt8]] {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return Book.fileNames(in: root).compactMap {
            FileManager.default.contents(atPath: root.path + "/Chapters/" + $0).map(Array.init)
        }
    }

    @Test func mutatedChapters() {
        let chapters = Self.chapters
        #expect(!chapters.isEmpty)
        var accepted = 0
        for iteration in 0..<RandomRun.iterations(2000) {
            let seed = RandomRun.seed &+ UInt64(iteration)
            var mutator = Mutator(seed: seed, chapters: chapters)
            let text = mutator.text()
            do throws(Judge.Violation) {
                if case .accepted = try Judge.judge(text) { accepted += 1 }
            } catch {
                Issue.record("\(error); \(RandomRun.advice)\n\(String(decoding: text, as: UTF8.self))")
            }
        }
        #expect(accepted > 100, "the mutations are too wild to test anything; \(RandomRun.advice)")
    }

    @Test func mutatedFigures() {
        let figure = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><title>a</title></svg>"
        for iteration in 0..<RandomRun.iterations(500) {
            let seed = RandomRun.seed &+ UInt64(iteration)
            var mutator = Mutator(seed: seed, chapters: [Array(figure.utf8)])
            for fault in FigureFile.faults(path: "a.svg", data: Data(mutator.text())) {
                #expect(!fault.message.isEmpty && fault.position >= Position(line: 1))
            }
        }
    }

    @Test func theRealBookBreaksNoRule() throws {
        for chapter in Self.chapters {
            guard case .accepted = try Judge.judge(chapter) else {
                Issue.record("a real chapter has faults; swift run book check says which")
                continue
            }
        }
    }

    @Test func aFigureThatIsNotUTF8() {
        let bytes = Array("<svg a".utf8) + [0xF1] + Array("='1'/>".utf8)
        #expect(
            FigureFile.faults(path: "a.svg", data: Data(bytes)).map(\.message) == [
                "this is not UTF-8; save the figure as UTF-8"
            ])
    }

    /// Each of these once trapped, hung, or was left out in silence, or looked as if it would.
    @Test(.timeLimit(.minutes(1)), arguments: finds)
    fileprivate func neverAgain(_ find: Find) throws {
        _ = try Judge.judge(Array(("# T\n\n" + find.text).utf8))
    }

    private static let finds = [
        Find("a fence in indented code", "    ```swift\n    let a = 1\n"),
        Find("words nested deep", "## " + deep("*", 30_000, "a", "*")),
        Find("figures nested deep", deep("![", 5000, "a", "](b)")),
        Find("quotations nested deep", deep("> ", 20_000, "```swift", "")),
        Find("lists nested deep", deep("- ", 5000, "```swift\nlet a = 1", "")),
        Find("many headings of one name", deep("# a\n", 20_000, "", "")),
        Find("many figures in one paragraph", deep("![a](b) ", 20_000, "", "")),
        Find("a literal with a long delimiter", swift(deep("#", 30_000, "\"", "#"))),
        Find("many literals open", swift(deep("\"\\(", 20_000, "", ""))),
        Find("many comments open", swift(deep("/*", 20_000, "", ""))),
        Find("many unknown chunks", swift(deep("// <<a>>\n", 5000, "", ""))),
        Find("angles without end", swift(deep("<", 50_000, "", ""))),
        Find("slashes without end", swift(deep("/", 50_000, "<<", ""))),
        Find("a fence of more than 255 marks", deep("`", 300, "swift\n", "`")),
        Find("a byte order mark before a fence", "\u{FEFF}```swift\n```\n"),
        Find("a tab between a mark and its fence", "-\t```swift\n\tlet a = 1\n\t```\n"),
    ]

    private static func swift(_ code: String) -> String { "```swift\n\(code)\n```\n" }

    private static func deep(
        _ opening: String, _ depth: Int, _ content: String, _ closing: String
    ) -> String {
        String(repeating: opening, count: depth) + content + String(repeating: closing, count: depth)
    }
}

/// A text with a name to call it by: some are too long to print.
private struct Find: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String

    init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    var testDescription: String { name }
}
