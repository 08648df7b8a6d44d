import Foundation

/// A book to weave: the real one, or one in a folder of its own that is deleted with the value.
final class TestBook: Sendable {
    enum Kind: CaseIterable {
        case real
        /// A book with everything that is hard to write as HTML.
        case small
    }

    let root: URL
    private let isTemporary: Bool

    init(_ kind: Kind) throws {
        switch kind {
        case .real:
            root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
            isTemporary = false
        case .small:
            root = try Self.write(
                chapters: [
                    "01-naive-stack.md": Self.stack,
                    "02-paging.md": "# Paging\n\n## The walk\n\n```swift\nlet b = 1\n```\n",
                    "A1-machine.md": "# Machine\n\n[Back](01-naive-stack.md#größe--co)\n",
                ],
                figures: ["stack.svg": Self.figure])
            isTemporary = true
            try FileManager.default.createDirectory(
                at: root.appendingPathComponent("Sources/NaiveStack"),
                withIntermediateDirectories: true)
        }
    }

    init(chapters: [String: String]) throws {
        root = try Self.write(chapters: chapters, figures: [:])
        isTemporary = true
    }

    deinit {
        if isTemporary { try? FileManager.default.removeItem(at: root) }
    }

    private static func write(chapters: [String: String], figures: [String: String]) throws -> URL {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("free-frames-\(UUID().uuidString)").resolvingSymlinksInPath()
        let folder = root.appendingPathComponent("Chapters")
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("figures"), withIntermediateDirectories: true)
        for (name, text) in chapters {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
        for (name, text) in figures {
            try Data(text.utf8).write(to: folder.appendingPathComponent("figures/\(name)"))
        }
        return root
    }

    func files(in folder: String) throws -> [String] {
        let path = root.appendingPathComponent(folder).path
        return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private static let figure =
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><title>a</title></svg>"

    /// Everything that a chapter can hold, and all that HTML has to escape.
    private static let stack = """
        # The \\<naive\\> stack

        See [the walk](02-paging.md#the-walk), [Größe](#größe--co), [it](#gr%C3%B6%C3%9Fe--co)
        and <https://example.org/?a=1&b=2>.

        ## Größe & *Co*

        ## See [paging](02-paging.md)

        ## Cost

        ## Cost

        ![A "stack"](figures/stack.svg "Frames < 3")

        ```swift
        if a < b && b > c { print("&lt;") } // <\u{338}

        // <<a & b>>
        ```

        - In a list:

          ```swift chunk="a & b"
          let a = 1
          ```
        - ![In a list](figures/stack.svg 'A "figure"')

        > ```swift chunk="a & b" append
        > let b = 1
        > ```

        ```swift example
        main()
        ```
        ```swift test
        test()
        ```
        ```swift wrong
        let a: Int = "" // expected-error {{cannot convert}}
        ```
        ```swift exercise=1
        start()
        ```
        ```swift exercise=1 test
        check()
        ```
        ```swift solution=1
        solve()
        ```
        ```console
        $ echo <a>
        <a>
        ```
        ```console measured
        $ date
        1
        ```
        ```c from="Sources/CPU/cpu.h"
        int f(void);
        ```
        ```text
        <pre>
        ```

        <table>
        <tr><td>1 &lt; 2</td></tr>
        </table>

        <details>
        <summary>More</summary>

        A line\\
        break, `<code>`, <kbd>a</kbd>.

        </details>

        ---

        """
}
