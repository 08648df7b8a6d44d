import CMark

/// The part of the reading that is not code: headings, figures, links, and the chapter as a whole.
extension ChapterReader {
    mutating func readHeading(_ node: MarkdownNode) {
        let text = node.plainText.trimmed
        let identifier = identifiers.next(for: text)
        if identifier.isEmpty {
            report(
                node.position,
                "a heading needs a letter or a digit, for links to name it by; give it a word")
        }
        headings.append(
            .init(
                level: node.headingLevel, text: text, identifier: identifier,
                position: node.position))
    }

    mutating func readParagraph(_ node: MarkdownNode) {
        guard let image = node.firstChild, image.kind == CMARK_NODE_IMAGE, image.isOnlyChild else {
            return
        }
        figures.append(
            .init(
                destination: image.url, alternative: image.plainText.trimmed,
                caption: image.title.trimmed, position: node.position))
    }

    mutating func readImage(_ node: MarkdownNode) {
        if node.parent?.kind == CMARK_NODE_PARAGRAPH && node.isOnlyChild { return }
        report(place(of: node), "a figure stands alone in its paragraph; give it one")
    }

    /// Raw HTML serves for tables and foldable parts. What it links to would escape every check.
    mutating func readHTML(_ node: MarkdownNode, at position: Position) {
        let html = node.literal.lowercased()
        for stranger in ["<script", "<style", "<iframe", "<object", "href=", "src=", "style="]
        where html.contains(stranger) {
            report(
                position,
                "'\(stranger)' in raw HTML escapes every check; write links and figures in Markdown")
            return
        }
    }

    mutating func readCodeSpan(_ node: MarkdownNode) {
        if node.literal.hasPrefix("≥ ") || node.literal.hasPrefix("≤ ") {
            citedBounds.append(.init(text: node.literal, position: place(of: node)))
        }
    }

    /// A link whose form is broken, or whose reference is defined nowhere, stays plain text.
    mutating func readText(_ node: MarkdownNode) {
        let text = node.literal
        guard let bracket = text.firstRange(of: "](") ?? text.firstRange(of: "][") else { return }
        var position = place(of: node)
        position.column += text.utf8.distance(from: text.startIndex, to: bracket.lowerBound)
        report(
            position,
            "this looks like a link and is none; its form is [text](destination), and what is "
                + "no link is written as code")
    }

    /// Where an inline node stands. libcmark counts the columns of a paragraph's later lines as
    /// if they began under its first; here they begin where they do.
    func place(of node: MarkdownNode) -> Position {
        var block = node
        while Self.isInline(block), let parent = block.parent { block = parent }
        var position = node.position
        if position.line < 1 { return block.position }
        if position.line > block.position.line && position.column >= block.position.column {
            let start = line(position.line).utf8.prefix { " \t>".utf8.contains($0) }.count + 1
            position.column += start - block.position.column
        }
        return position
    }

    private static func isInline(_ node: MarkdownNode) -> Bool {
        node.kind.rawValue >= CMARK_NODE_FIRST_INLINE.rawValue
    }

    // MARK: The chapter as a whole

    mutating func checkTitle() {
        let titles = headings.filter { $0.level == 1 }
        if titles.isEmpty || headings.first?.level != 1 {
            report(Position(line: 1), "a chapter begins with its title: # Title")
        }
        for extra in titles.dropFirst() {
            report(extra.position, "a second title; a section's heading begins with ##")
        }
    }

    mutating func checkExercises() {
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

/// The identifiers that GitHub gives a page's headings, so that links work there too.
struct HeadingIdentifiers {
    private var occurrences: [String: Int] = [:]

    /// - Parameter text: the next heading, without markup.
    mutating func next(for text: String) -> String {
        let plain = Self.identifier(for: text)
        if plain.isEmpty { return "" }
        var identifier = plain
        while occurrences[identifier] != nil {
            occurrences[plain, default: 0] += 1
            identifier = "\(plain)-\(occurrences[plain, default: 0])"
        }
        occurrences[identifier] = 0
        return identifier
    }

    /// Letters, marks, numbers, connectors and hyphens stay, in lower case; a space becomes a
    /// hyphen; all else goes.
    private static func identifier(for text: String) -> String {
        var identifier = ""
        for scalar in text.lowercased().unicodeScalars {
            if scalar == " " {
                identifier.append("-")
            } else if scalar == "-" || isWordScalar(scalar) {
                identifier.unicodeScalars.append(scalar)
            }
        }
        return identifier.allSatisfy { $0 == "-" } ? "" : identifier
    }

    private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber,
            .otherNumber, .connectorPunctuation:
            true
        default: false
        }
    }
}
