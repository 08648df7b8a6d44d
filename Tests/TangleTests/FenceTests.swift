import Testing

@testable import Tangle

/// Where blocks stand, and every way in which one could be left out in silence.
@Suite struct FenceTests {
    // MARK: Positions

    @Test(arguments: [
        ("```swift\nlet a = 1\n```\n", 2, 1),
        ("   ```swift\n   let a = 1\n   ```\n", 2, 4),
        ("- item\n\n  ```swift\n  let a = 1\n  ```\n", 4, 3),
        ("- ```swift\n  let a = 1\n  ```\n", 2, 3),
        ("10. ```swift\n    let a = 1\n    ```\n", 2, 5),
        ("> ```swift\n> let a = 1\n> ```\n", 2, 3),
        (">```swift\n>let a = 1\n>```\n", 2, 2),
        ("> - a\n>   1. ```swift\n>      let a = 1\n>      ```\n", 3, 8),
        ("- > ```swift\n  > let a = 1\n  > ```\n", 2, 5),
        ("- - ```swift\n    let a = 1\n    ```\n", 2, 5),
        ("~~~swift\nlet a = 1\n~~~\n", 2, 1),
        ("````swift\nlet a = 1\n````\n", 2, 1),
        ("<details>\n\n```swift\nlet a = 1\n```\n\n</details>\n", 4, 1),
        ("prose\n```swift\nlet a = 1\n```\nprose\n", 3, 1),
        ("```swift\nlet a = 1\n``````\n", 2, 1),
        ("- ```swift\n  let a = 1\n     ```\n", 2, 3),
    ])
    func positions(_ text: String, line: Int, column: Int) throws {
        let chapter = try read(text)
        #expect(chapter.blocks.map(\.position) == [Position(line: line, column: column)])
        #expect(chapter.blocks.map(\.lines) == [["let a = 1"]])
        let last = try #require(chapter.tangled(for: .module).lines.last)
        #expect(last.text == String(repeating: " ", count: column - 1) + "let a = 1")
        #expect(last.origin == line + 1)
    }

    @Test func emptyLinesInContainers() throws {
        let chapter = try read("> - ```swift\n>   a()\n>\n>   b()\n>   ```\n\n```swift\n\n\n```\n")
        #expect(chapter.blocks.map(\.lines) == [["a()", "", "b()"], ["", ""]])
    }

    @Test func longerAndOtherFencesHoldFences() throws {
        let chapter = try read("````text\n```swift\n```\n````\n~~~text\n```\n~~~\n```text\n~~~\n```\n")
        #expect(chapter.blocks.map(\.lines) == [["```swift", "```"], ["```"], ["~~~"]])
        #expect(try read("~~~swift chunk=\"a`b\"\n~~~\n```swift\n// <<a`b>>\n```\n").blocks.count == 2)
    }

    @Test func anInfoStringIsUnescaped() throws {
        let chapter = try read("```swift chunk=\"a &amp; b\"\n```\n```swift\n// <<a & b>>\n```\n")
        #expect(chapter.blocks.first?.form == .chunk(name: "a & b", appends: false))
    }

    // MARK: Never closed

    private static let neverClosed =
        "this fence is never closed; end it with the same fence on a line of its own, "
        + "indented as far as this one"

    @Test(arguments: [
        ("```swift\nlet a = 1\n", "2:1"),
        ("```swift", "2:1"),
        ("```swift\n", "2:1"),
        ("```swift\n``\n", "2:1"),
        ("````swift\n```\n", "2:1"),
        ("```swift\n~~~\n", "2:1"),
        ("```swift\n``` end\n", "2:1"),
        ("```swift\n    ```\n", "2:1"),
        ("- ```swift\n  let a = 1\n", "2:3"),
        ("- ```swift\n  let a = 1\n\nprose\n", "2:3"),
        ("- ```swift\n- ```\n", "2:3"),
        ("> ```swift\n> let a = 1\n\nprose\n", "2:3"),
        ("> ```swift\n```swift\n```\n", "2:3"),
        ("> - ```swift\n>   let a = 1\n> - b\n", "2:5"),
        ("- > ```swift\n  > let a = 1\n  end\n", "2:5"),
        ("> > ```swift\n> > let a = 1\n> end\n", "2:5"),
        ("1. a\n   - ```swift\n     let a = 1\n2. b\n", "3:6"),
        ("- ```swift\n  let a = 1\nunder\n  ```\n", "2:3"),
        ("- a\n\n  ```swift\n let a = 1\n  ```\n", "4:3"),
        ("<div>\n\n```swift\n</div>\n", "4:1"),
        ("```text\n```\n- ```swift\n  a\n  b\n\n\n", "4:3"),
        ("> ```swift\n> a\n> b\n>\n", "2:3"),
    ])
    func unclosedFences(_ text: String, at place: String) {
        #expect(faults(in: text) == ["\(place): error: \(Self.neverClosed)"])
    }

    @Test func whatFollowsAnUnclosedFenceIsNotJudged() {
        #expect(
            faults(in: "```rust\n```\n```swift\n// <<later>>\n```\n> ```swift\n> a\n\n```perl\n```\n") == [
                "2:1: error: 'rust' is no language of this book; it knows swift, console, asm, c and text",
                "7:3: error: \(Self.neverClosed)",
            ])
    }

    // MARK: No fence at all

    @Test(arguments: [
        ("```swift `x`\nlet a = 1\n", "2:1", Lookalike.backtick),
        ("- ```swift `x`\n  let a = 1\n", "2:3", .backtick),
        ("> 1. ```swift `x`\n", "2:6", .backtick),
        ("prose\n```swift `x`\n", "3:1", .backtick),
        ("```swift``` is code\n", "2:1", .backtick),
        ("prose\n    ```swift\n    let a = 1\n", "3:5", .misplaced),
        ("- prose\n      ```swift\n", "3:7", .misplaced),
        ("> prose\n\t~~~swift\n", "3:2", .misplaced),
        ("<!--\n```swift\nlet a = 1\n```\n-->\n", "3:1", .html),
        ("<div>\n```swift\nlet a = 1\n```\n</div>\n", "3:1", .html),
        ("<details>\n  ~~~swift\n  ~~~\n</details>\n", "3:3", .html),
        ("- <div>\n  ```swift\n  ```\n", "3:3", .html),
        ("<pre>\n\n```swift\n```\n</pre>\n", "4:1", .html),
        ("<!-- a -->\n\n<!--\n> ```swift\n-->\n", "5:3", .html),
    ])
    fileprivate func lookalikes(_ text: String, at place: String, _ kind: Lookalike) {
        #expect(faults(in: text) == ["\(place): error: \(kind.rawValue)"])
    }

    @Test func everyLookalikeIsReported() {
        #expect(
            faults(in: "<!--\n```swift\n```\n```swift\n```\n-->\n").map { $0.prefix(4) } == ["3:1:", "5:1:"])
    }

    @Test func aBacktickBehindAFenceTurnsTheRestRound() {
        #expect(
            faults(in: "```swift `x`\nlet a = 1\n```\nprose\n") == [
                "2:1: error: \(Lookalike.backtick.rawValue)",
                "4:1: error: \(Self.neverClosed)",
            ])
    }

    @Test(arguments: [
        ("    let a = 1\n", "2:5"), ("\tlet a = 1\n", "2:2"), ("- a\n\n      let a = 1\n", "4:7"),
        (">     let a = 1\n", "2:7"), ("-     let a = 1\n", "2:7"), ("    ```swift\n    ```\n", "2:5"),
    ])
    func indentedCode(_ text: String, at place: String) {
        let message = "an indented code block has no purpose; fence it with ``` and name its language"
        #expect(faults(in: text).first == "\(place): error: \(message)")
    }

    // MARK: Columns

    @Test(arguments: [
        ("- ```swift\n\tlet a = 1\n  ```\n", "3:1"),
        ("- ```swift\n  let a = 1\n  \tlet b = 1\n  ```\n", "4:3"),
        ("-\t```swift\n\tlet a = 1\n\t```\n", "2:2 3:1"),
        ("> ```swift\n>\tlet a = 1\n> ```\n", "3:2"),
    ])
    func tabs(_ text: String, at places: String) {
        let message = "a tab in the indentation of an indented fence has no fixed width; write spaces"
        #expect(faults(in: text) == places.split(separator: " ").map { "\($0): error: \(message)" })
    }

    @Test func tabsInAFenceAtTheMarginAreCode() throws {
        #expect(try read("```swift\n\tlet a = 1\n```\n").blocks.map(\.lines) == [["\tlet a = 1"]])
    }

    @Test(arguments: [
        ("  ```swift\nlet a = 1\n  ```\n", "3:1", 1, 3),
        ("  ```swift\n let a = 1\n  ```\n", "3:2", 2, 3),
        (">```swift\n> let a = 1\n>```\n", "3:3", 3, 2),
        ("- ```swift\n  a()\n\n  b()\n  ```\n- a\n\n   ```swift\n  a()\n   ```\n", "10:3", 3, 4),
    ])
    func crookedBlocks(_ text: String, at place: String, line: Int, fence: Int) {
        #expect(
            faults(in: text) == [
                "\(place): error: this line begins in column \(line) and its fence in column \(fence); "
                    + "move one of them, so that both begin in the same"
            ])
    }
}

private enum Lookalike: String {
    case backtick =
        "a backtick behind a fence makes it plain text; take it away, or let the line begin with a word"
    case html =
        "this fence stands in HTML and opens no block; end the HTML before it, a comment with -->, an element with an empty line"
    case misplaced =
        "this fence opens no block; put an empty line before it, and no more spaces than its list needs"
}
