import Testing

@testable import Tangle

/// Bytes before they are Markdown.
@Suite struct SourceTests {
    private let chapter = "# Stack\n\nProse\n\n```swift\nlet a = 1\nlet b = 2\n```\n"

    @Test(arguments: ["\n", "\r\n", "\r"])
    func everyTerminatorEndsALine(_ terminator: String) throws {
        let text = chapter.split(separator: "\n", omittingEmptySubsequences: false)
            .joined(separator: terminator)
        let chapter = try read(bytes: Array(text.utf8))
        #expect(chapter.blocks.map(\.position) == [Position(line: 5)])
        #expect(chapter.blocks.map(\.lines) == [["let a = 1", "let b = 2"]])
        #expect(chapter.lines.count == 8)
        #expect(chapter.tangled(for: .module).lines.last?.origin == 7)
    }

    @Test func mixedTerminators() throws {
        let chapter = try read(bytes: Array("# T\r\r\n```swift\rlet a = 1\r\n\r\nlet b = 1\n```".utf8))
        #expect(chapter.blocks.map(\.lines) == [["let a = 1", "", "let b = 1"]])
        #expect(chapter.lines == ["# T", "", "```swift", "let a = 1", "", "let b = 1", "```"])
    }

    @Test func aLastLineNeedsNoTerminator() throws {
        #expect(try read("```swift\nlet a = 1\n```").blocks.map(\.lines) == [["let a = 1"]])
    }

    @Test func aByteOrderMarkCountsForNothing() throws {
        let chapter = try read(bytes: [0xEF, 0xBB, 0xBF] + Array(chapter.utf8))
        #expect(chapter.title == "Stack")
        #expect(chapter.headings.map(\.position) == [Position(line: 1)])
        let fence = "\u{FEFF}```rust\n```\n"
        #expect(
            faults(in: fence, titled: false) == [
                "1:1: error: 'rust' is no language of this book; it knows swift, console, asm, c and text",
                "1:1: error: a chapter begins with its title: # Title",
            ])
    }

    @Test func nulIsRefused() {
        #expect(
            faults(in: "a\0b\0\n\n```swift\nlet a = \"\0\"\n```\n") == [
                "2:2: error: a NUL byte, which Markdown cannot hold; delete it",
                "5:10: error: a NUL byte, which Markdown cannot hold; delete it",
            ])
    }

    @Test(arguments: [
        ([0x61, 0xFF], 2), ([0xC3], 1), ([0xC3, 0x28], 1), ([0x61, 0xC3, 0xA9, 0xED, 0xA0, 0x80], 4),
        ([0xF0, 0x9F, 0x98], 1), ([0xC0, 0x80], 1), ([0xE2, 0x82, 0xAC, 0x80], 4),
    ])
    func whatIsNotUTF8IsRefused(_ bytes: [UInt8], column: Int) {
        let text = Array("# Stack\n".utf8) + bytes + Array("\n".utf8)
        #expect(
            faults(bytes: text) == [
                "2:\(column): error: this is not UTF-8; save the chapter as UTF-8"
            ])
    }

    @Test func onlyTheFirstWrongByteOfALineIsReported() {
        let text = Array("# Stack\n".utf8) + [0xFF, 0x0A, 0xFF, 0x00, 0xFF]
        #expect(
            faults(bytes: text) == [
                "2:1: error: this is not UTF-8; save the chapter as UTF-8",
                "3:1: error: this is not UTF-8; save the chapter as UTF-8",
                "3:2: error: a NUL byte, which Markdown cannot hold; delete it",
            ])
    }

    @Test(arguments: ["", "\n", "\r\n\r\n", " ", "\u{FEFF}"])
    func anEmptyChapterHasNoTitle(_ text: String) {
        #expect(
            faults(in: text, titled: false) == ["1:1: error: a chapter begins with its title: # Title"])
    }

    @Test func otherLineBreaksOfUnicodeAreNone() throws {
        let chapter = try read("a\u{2028}b\u{85}c\u{0B}d\u{0C}e\n```text\nf\u{2029}g\n```\n")
        #expect(chapter.blocks.map(\.position) == [Position(line: 3)])
        #expect(chapter.blocks.map(\.lines) == [["f\u{2029}g"]])
    }
}
