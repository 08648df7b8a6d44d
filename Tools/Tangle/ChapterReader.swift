import CMark

/// Reads one chapter and reports every fault in it, never only the first.
struct ChapterReader {
    let source: MarkdownSource
    var headings: [Chapter.Heading] = []
    var blocks: [Chapter.Block] = []
    var links: [Chapter.Link] = []
    var figures: [Chapter.Figure] = []
    var citedBounds: [Chapter.CitedBound] = []
    var identifiers = HeadingIdentifiers()
    private var faults: [Diagnostic]
    /// The first fence that is never closed. What follows is not judged: it may be meant as code
    /// where it stands as prose, and the other way round.
    private(set) var unclosedFence: Position?
    /// What each line belongs to, as far as fences go.
    private var surroundings: [Surroundings]

    private enum Surroundings {
        case prose, code, html
    }

    /// - Parameters:
    ///   - name: the chapter's file name, taken apart.
    ///   - bytes: the file's content; any bytes at all are accepted and judged.
    /// - Returns: the chapter as far as it could be read, and its faults.
    static func read(_ name: ChapterName, bytes: [UInt8]) -> (Chapter, [Diagnostic]) {
        var reader = ChapterReader(MarkdownSource(path: name.path, bytes: bytes))
        return reader.read(name, tree: MarkdownTree(reader.source.text))
    }

    private init(_ source: MarkdownSource) {
        self.source = source
        faults = source.faults
        surroundings = Array(repeating: .prose, count: source.lines.count + 1)
    }

    private mutating func read(_ name: ChapterName, tree: MarkdownTree) -> (Chapter, [Diagnostic]) {
        for node in tree.nodes {
            switch node.kind {
            case CMARK_NODE_CODE_BLOCK:
                mark(node, as: .code)
                readCodeBlock(node)
            case CMARK_NODE_HTML_BLOCK:
                mark(node, as: .html)
                readHTML(node, at: node.position)
            case CMARK_NODE_HTML_INLINE: readHTML(node, at: place(of: node))
            case CMARK_NODE_HEADING: readHeading(node)
            case CMARK_NODE_PARAGRAPH: readParagraph(node)
            case CMARK_NODE_LINK:
                links.append(.init(destination: node.url, position: place(of: node)))
            case CMARK_NODE_IMAGE: readImage(node)
            case CMARK_NODE_CODE: readCodeSpan(node)
            case CMARK_NODE_TEXT: readText(node)
            default: break
            }
        }
        reportFenceLookalikes()
        if unclosedFence == nil {
            checkTitle()
            checkExercises()
        }
        let chunks = ChunkTable(blocks: blocks, isComplete: unclosedFence == nil) {
            report($0, $1)
        }
        let chapter = Chapter(
            name: name, title: headings.first?.text ?? name.name, lines: source.lines,
            headings: headings, blocks: blocks, links: links, figures: figures,
            citedBounds: citedBounds, chunks: chunks)
        return (chapter, faults)
    }

    /// Takes a fault, at a place that an editor can go to.
    mutating func report(_ position: Position, _ message: String) {
        let line = min(max(position.line, 1), max(source.lines.count, 1))
        let column = min(max(position.column, 1), self.line(line).utf8.count + 1)
        faults.append(
            Diagnostic(
                path: source.path, position: Position(line: line, column: column), message: message))
    }

    func line(_ number: Int) -> String {
        source.lines.indices.contains(number - 1) ? source.lines[number - 1] : ""
    }

    private mutating func mark(_ node: MarkdownNode, as kind: Surroundings) {
        for line in node.position.line..<max(node.position.line, node.endLine) + 1
        where surroundings.indices.contains(line) {
            surroundings[line] = kind
        }
    }

    // MARK: Code blocks

    private mutating func readCodeBlock(_ node: MarkdownNode) {
        if unclosedFence != nil { return }
        let position = node.position
        guard isFenced(node) else {
            report(
                position,
                "an indented code block has no purpose; fence it with ``` and name its language")
            return
        }
        let lines = node.literal.cutIntoLines()
        guard isClosed(node, lineCount: lines.count) else {
            report(
                position,
                "this fence is never closed; end it with the same fence on a line of its own, "
                    + "indented as far as this one")
            unclosedFence = position
            return
        }
        checkColumns(of: lines, below: position)
        do throws(InfoStringFault) {
            let form = try InfoString(node.fenceInformation).form()
            var block = Chapter.Block(form: form, position: position, lines: lines, references: [:])
            if form.isSwift { readSwift(in: &block) }
            blocks.append(block)
        } catch {
            report(position, error.message)
        }
    }

    /// No getter of libcmark tells a fenced block from an indented one, which may hold a fence.
    private func isFenced(_ node: MarkdownNode) -> Bool {
        let text = line(node.position.line).utf8.dropFirst(node.position.column - 1)
        let information = text.drop { $0 == text.first || $0 == UInt8(ascii: " ") }
        return startsWithFence(text) && (information.isEmpty || !node.fenceInformation.isEmpty)
    }

    private func startsWithFence(_ text: some Collection<UInt8>) -> Bool {
        text.starts(with: "```".utf8) || text.starts(with: "~~~".utf8)
    }

    /// libcmark closes an open fence silently at the end of its container. A fence has a closing
    /// line only if the block is one line longer than its content and ends within its parent.
    private func isClosed(_ node: MarkdownNode, lineCount: Int) -> Bool {
        let hasClosingLine = node.endLine - node.position.line - 1 == lineCount
        guard let parent = node.parent else { return hasClosingLine }
        return hasClosingLine && node.endLine <= parent.endLine
    }

    /// The compiler names columns rightly only if a block's lines begin where its fence does.
    private mutating func checkColumns(of lines: [String], below fence: Position) {
        let marks = line(fence.line).utf8.prefix(fence.column - 1)
        if let tab = Array(marks).firstIndex(of: UInt8(ascii: "\t")) {
            reportTab(Position(line: fence.line, column: tab + 1))
        }
        var isStraight = true
        for (offset, text) in lines.enumerated() {
            let number = fence.line + 1 + offset
            let indentation = Array(line(number).utf8.prefix { " \t>".utf8.contains($0) })
            let column = line(number).utf8.count - text.utf8.count + 1
            if fence.column > 1, let tab = indentation.firstIndex(of: UInt8(ascii: "\t")) {
                reportTab(Position(line: number, column: tab + 1))
            } else if isStraight && !text.trimmed.isEmpty && column != fence.column {
                isStraight = false
                report(
                    Position(line: number, column: column),
                    "this line begins in column \(column) and its fence in column "
                        + "\(fence.column); move one of them, so that both begin in the same")
            }
        }
    }

    private mutating func reportTab(_ position: Position) {
        report(
            position,
            "a tab in the indentation of an indented fence has no fixed width; write spaces")
    }

    private mutating func readSwift(in block: inout Chapter.Block) {
        let (references, strangers) = Chapter.Block.references(in: block.lines)
        block.references = references
        for stranger in strangers {
            report(block.position(line: stranger.line, offset: stranger.offset), stranger.message)
        }
        // The last line that begins in code and ends in something else begins what stays open.
        var state = SwiftLexicalState()
        var open: (line: Int, place: SwiftLexicalState.Place)?
        for (offset, text) in block.lines.enumerated() {
            let wasInCode = state.place == .code
            state.advance(over: text)
            if state.place == .code {
                open = nil
            } else if wasInCode {
                open = (offset, state.place)
            }
        }
        if let open {
            report(
                block.position(line: open.line, offset: 0),
                "the block ends inside the "
                    + (open.place == .string ? "string literal" : "comment")
                    + " that begins in this line; end it in the same block")
        }
    }

    // MARK: Fences that are none

    /// A backtick in the info string of a backtick fence makes it plain text, and so does HTML
    /// around it, or too much space before it: the block would be left out in silence.
    private mutating func reportFenceLookalikes() {
        var reported: Int?
        for (index, text) in source.lines.enumerated() {
            let number = index + 1
            if let unclosedFence, number >= unclosedFence.line { return }
            if surroundings[number] == .code { reported = nil }
            guard surroundings[number] != .code, let offset = Self.contentOffset(of: text) else {
                continue
            }
            let content = Array(text.utf8.dropFirst(offset))
            guard startsWithFence(content) else { continue }
            let behind = content.drop { $0 == content[0] }
            let isPartner = reported != nil && behind.allSatisfy { $0 == UInt8(ascii: " ") }
            if isPartner { continue }
            reported = number
            let position = Position(line: number, column: offset + 1)
            if surroundings[number] == .html {
                report(
                    position,
                    "this fence stands in HTML and opens no block; end the HTML before it, "
                        + "a comment with -->, an element with an empty line")
            } else if content[0] == UInt8(ascii: "`") && behind.contains(UInt8(ascii: "`")) {
                report(
                    position,
                    "a backtick behind a fence makes it plain text; take it away, or let the line "
                        + "begin with a word")
            } else {
                report(
                    position,
                    "this fence opens no block; put an empty line before it, and no more spaces "
                        + "than its list needs")
            }
        }
    }

    /// Where a line's text begins, behind the marks of quotations and lists.
    private static func contentOffset(of text: String) -> Int? {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index...]
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            let mark = rest.dropFirst(digits.count)
            if " \t>".utf8.contains(bytes[index]) {
                index += 1
            } else if let first = mark.first,
                (digits.isEmpty ? "-*+" : ".)").utf8.contains(first),
                let space = mark.dropFirst().first, " \t".utf8.contains(space)
            {
                index += digits.count + 2
            } else {
                return index
            }
        }
        return nil
    }
}

extension String {
    /// The lines of a literal, each of which ends with a line feed.
    func cutIntoLines() -> [String] {
        if isEmpty { return [] }
        let lines = unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.dropLast().map { String($0) }
    }
}
