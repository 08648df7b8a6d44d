import CMark

/// Reads one chapter and reports every fault in it, never only the first.
struct ChapterReader {
    private let source: MarkdownSource
    private var faults: [Diagnostic]
    private var headings: [Chapter.Heading] = []
    private var blocks: [Chapter.Block] = []
    private var links: [Chapter.Link] = []
    private var figures: [Chapter.Figure] = []
    private var citedBounds: [Chapter.CitedBound] = []
    /// The fences reported as unclosed; what follows one is not judged any more.
    private var hasUnclosedFence = false

    /// - Parameters:
    ///   - name: the chapter's file name, taken apart.
    ///   - bytes: the file's content; any bytes at all are accepted and judged.
    /// - Returns: the chapter as far as it could be read, and its faults.
    static func read(_ name: ChapterName, bytes: [UInt8]) -> (Chapter, [Diagnostic]) {
        var reader = ChapterReader(MarkdownSource(path: name.path, bytes: bytes))
        return reader.read(name, tree: MarkdownTree(bytes))
    }

    private init(_ source: MarkdownSource) {
        self.source = source
        faults = source.faults
    }

    private mutating func read(_ name: ChapterName, tree: MarkdownTree) -> (Chapter, [Diagnostic]) {
        for node in tree.nodes {
            switch node.kind {
            case CMARK_NODE_CODE_BLOCK: readCodeBlock(node)
            case CMARK_NODE_HEADING: readHeading(node)
            case CMARK_NODE_PARAGRAPH: readParagraph(node)
            case CMARK_NODE_HTML_BLOCK: readHTML(node)
            case CMARK_NODE_LINK:
                links.append(.init(destination: node.url, position: node.inlinePosition))
            case CMARK_NODE_IMAGE: readImage(node)
            case CMARK_NODE_CODE: readCodeSpan(node)
            default: break
            }
        }
        checkTitle()
        checkExercises()
        let chunks = ChunkTable(blocks: blocks, path: source.path, faults: &faults)
        let chapter = Chapter(
            name: name, title: headings.first?.text ?? name.name, lines: source.lines,
            headings: headings, blocks: blocks, links: links, figures: figures,
            citedBounds: citedBounds, chunks: chunks)
        return (chapter, faults)
    }

    private mutating func report(_ position: Position, _ message: String) {
        faults.append(Diagnostic(path: source.path, position: position, message: message))
    }

    private func line(_ number: Int) -> String {
        source.lines.indices.contains(number - 1) ? source.lines[number - 1] : ""
    }

    // MARK: Code blocks

    private mutating func readCodeBlock(_ node: MarkdownNode) {
        let position = node.position
        guard startsWithFence(line(position.line), at: position.column) else {
            report(
                position,
                "an indented code block has no purpose; fence it with ``` and name its language")
            return
        }
        let lines = node.literal.cutIntoLines()
        guard isClosed(node, lineCount: lines.count) else {
            if !hasUnclosedFence {
                report(
                    position,
                    "this fence is never closed; end it with the same fence on a line of its own, "
                        + "indented as far as this one")
            }
            hasUnclosedFence = true
            return
        }
        if hasUnclosedFence { return }
        checkTabs(from: position, lineCount: lines.count)
        do {
            let form = try InfoString(node.fenceInformation).form()
            let block = Chapter.Block(form: form, position: position, lines: lines)
            if form.isSwift { checkLiteralsEnd(in: block) }
            blocks.append(block)
        } catch {
            report(position, error.message)
        }
    }

    private func startsWithFence(_ line: String, at column: Int) -> Bool {
        let rest = line.utf8.dropFirst(column - 1)
        return rest.starts(with: "```".utf8) || rest.starts(with: "~~~".utf8)
    }

    /// libcmark closes an open fence silently at the end of its container. A fence has a closing
    /// line only if the block is one line longer than its content and ends within its parent.
    private func isClosed(_ node: MarkdownNode, lineCount: Int) -> Bool {
        let hasClosingLine = node.endLine - node.position.line - 1 == lineCount
        guard let parent = node.parent else { return hasClosingLine }
        return hasClosingLine && node.endLine <= parent.endLine
    }

    private mutating func checkTabs(from fence: Position, lineCount: Int) {
        guard fence.column > 1 else { return }
        for number in (fence.line + 1)..<(fence.line + 1 + lineCount) {
            let indentation = line(number).prefix { $0 == " " || $0 == "\t" || $0 == ">" }
            if indentation.contains("\t") {
                report(
                    Position(line: number),
                    "a tab in the indentation of an indented fence has no fixed width; "
                        + "write spaces")
            }
        }
    }

    private mutating func checkLiteralsEnd(in block: Chapter.Block) {
        var state = SwiftLexicalState()
        for (offset, text) in block.lines.enumerated() {
            let wasInCode = state.isInCode
            state.advance(over: text)
            guard wasInCode && !state.isInCode else { continue }
            var rest = state
            for later in block.lines.dropFirst(offset + 1) {
                rest.advance(over: later)
                if rest.isInCode { break }
            }
            if !rest.isInCode {
                report(
                    Position(line: block.firstLine + offset, column: block.position.column),
                    "the block ends inside the "
                        + (state.isInString ? "string literal" : "comment")
                        + " that begins in this line; end it in the same block")
                return
            }
        }
    }

    // MARK: Prose

    private mutating func readHeading(_ node: MarkdownNode) {
        let text = node.plainText
        headings.append(
            .init(
                level: node.headingLevel, text: text,
                identifier: uniqueIdentifier(for: text), position: node.position))
    }

    /// The identifier that GitHub gives a heading, so that links work there too.
    private func uniqueIdentifier(for text: String) -> String {
        var identifier = ""
        for character in text.lowercased() {
            if character.isLetter || character.isNumber || character == "-" || character == "_" {
                identifier.append(character)
            } else if character == " " {
                identifier.append("-")
            }
        }
        let taken = Set(headings.map(\.identifier))
        if !taken.contains(identifier) { return identifier }
        var repetition = 1
        while taken.contains("\(identifier)-\(repetition)") { repetition += 1 }
        return "\(identifier)-\(repetition)"
    }

    private mutating func readParagraph(_ node: MarkdownNode) {
        reportFenceLookalikes(from: node.position.line, through: node.endLine)
        let children = node.children
        guard children.count == 1, children[0].kind == CMARK_NODE_IMAGE else { return }
        let image = children[0]
        figures.append(
            .init(
                destination: image.url, alternative: image.plainText.trimmed,
                caption: image.title, position: node.position))
    }

    private mutating func readImage(_ node: MarkdownNode) {
        if let paragraph = node.parent, paragraph.kind == CMARK_NODE_PARAGRAPH,
            paragraph.children.count == 1
        {
            return
        }
        report(node.inlinePosition, "a figure stands alone in its paragraph; give it one")
    }

    private mutating func readHTML(_ node: MarkdownNode) {
        reportFenceLookalikes(from: node.position.line, through: node.endLine)
    }

    /// A backtick in the info string of a backtick fence makes it plain text, and so does an HTML
    /// block around it: the block would be left out in silence.
    private mutating func reportFenceLookalikes(from first: Int, through last: Int) {
        guard !hasUnclosedFence, first <= last else { return }
        for number in first...last {
            let text = line(number)
            let content = text.utf8.drop { " \t>".utf8.contains($0) }
            if content.starts(with: "```".utf8) || content.starts(with: "~~~".utf8) {
                let column = text.utf8.count - content.count + 1
                report(
                    Position(line: number, column: column),
                    "this fence opens no code block; put a blank line before it and "
                        + "no backtick behind it")
            }
        }
    }

    private mutating func readCodeSpan(_ node: MarkdownNode) {
        if node.literal.hasPrefix("≥ ") || node.literal.hasPrefix("≤ ") {
            citedBounds.append(.init(text: node.literal, position: node.inlinePosition))
        }
    }

    // MARK: The chapter as a whole

    private mutating func checkTitle() {
        if hasUnclosedFence { return }
        let titles = headings.filter { $0.level == 1 }
        if titles.isEmpty || headings.first?.level != 1 {
            report(Position(line: 1), "a chapter begins with its title: # Title")
        }
        for extra in titles.dropFirst() {
            report(extra.position, "a second title; a section's heading begins with ##")
        }
    }

    private mutating func checkExercises() {
        if hasUnclosedFence { return }
        var positions: [BlockForm: Position] = [:]
        var numbers: Set<Int> = []
        for block in blocks {
            switch block.form {
            case .exercise(let number), .exerciseTest(let number), .solution(let number):
                numbers.insert(number)
                if let earlier = positions[block.form] {
                    report(
                        block.position,
                        "a second such block for exercise \(number), after line \(earlier.line); "
                            + "join the two")
                } else {
                    positions[block.form] = block.position
                }
            default: break
            }
        }
        for number in numbers.sorted() {
            let parts: [(BlockForm, String)] = [
                (.exercise(number), "start: ```swift exercise=\(number)"),
                (.exerciseTest(number), "test: ```swift exercise=\(number) test"),
                (.solution(number), "solution: ```swift solution=\(number)"),
            ]
            let place = parts.compactMap { positions[$0.0] }.min() ?? Position(line: 1)
            for (form, remedy) in parts where positions[form] == nil {
                report(place, "exercise \(number) has no \(remedy)")
            }
        }
    }
}

extension MarkdownNode {
    /// An inline node's position; where libcmark gives none, that of the block around it.
    var inlinePosition: Position {
        if position.line > 0 { return position }
        return parent?.inlinePosition ?? Position(line: 1)
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
