/// The named chunks of one chapter and the rules they obey.
struct ChunkTable: Sendable {
    /// The blocks of each chunk, in document order.
    private(set) var definitions: [String: [Chapter.Block]] = [:]

    /// A line of a Swift block: code, or a reference to a chunk.
    enum Line: Equatable {
        case code(String)
        case reference(name: String, indentation: String)
        case faulty(message: String, column: Int)
    }

    /// Takes a block's lines apart. A reference is `// <<name>>` alone on its line.
    static func lines(of block: Chapter.Block) -> [Line] {
        var state = SwiftLexicalState()
        return block.lines.map { text in
            defer { state.advance(over: text) }
            return line(text, in: state)
        }
    }

    private static func line(_ text: String, in state: SwiftLexicalState) -> Line {
        guard let opening = text.firstRange(of: "// <<") else { return .code(text) }
        let column = text.utf8.distance(from: text.startIndex, to: opening.lowerBound) + 1
        if !state.isInCode {
            let place = state.isInString ? "a string literal" : "a comment"
            return .faulty(
                message: "a chunk reference inside \(place) is never spliced; end the "
                    + (state.isInString ? "literal" : "comment") + " before it",
                column: column)
        }
        let indentation = text[..<opening.lowerBound]
        guard indentation.allSatisfy({ $0 == " " }) else {
            if state.isInsideLiteral(after: String(indentation)) { return .code(text) }
            return .faulty(
                message: "a chunk reference stands alone on its line; move it to a line of its own",
                column: column)
        }
        let rest = String(text[opening.upperBound...]).trimmed
        guard rest.hasSuffix(">>"), rest.count > 2 else {
            return .faulty(
                message: "an unfinished chunk reference; its form is // <<name>>", column: column)
        }
        return .reference(
            name: String(rest.dropLast(2)), indentation: String(indentation))
    }

    /// Reads the definitions and checks every reference of the chapter.
    init(blocks: [Chapter.Block], path: String, faults: inout [Diagnostic]) {
        for block in blocks {
            guard case .chunk(let name, let appends) = block.form else { continue }
            switch (definitions[name], appends) {
            case (nil, true):
                faults.append(
                    Diagnostic(
                        path: path, position: block.position,
                        message: "nothing to append to: chunk '\(name)' is not defined before; "
                            + "take 'append' away"))
            case (let earlier?, false):
                faults.append(
                    Diagnostic(
                        path: path, position: block.position,
                        message: "chunk '\(name)' is already defined in line "
                            + "\(earlier[0].position.line); write 'append' to add to it"))
            default: break
            }
            definitions[name, default: []].append(block)
        }
        var uses: [String: Set<String>] = [:]
        var used: Set<String> = []
        for block in blocks where block.form.isSwift {
            for (offset, line) in Self.lines(of: block).enumerated() {
                let position = Position(
                    line: block.firstLine + offset, column: block.position.column)
                switch line {
                case .code: break
                case .faulty(let message, let column):
                    faults.append(
                        Diagnostic(
                            path: path,
                            position: Position(
                                line: position.line, column: position.column + column - 1),
                            message: message))
                case .reference(let name, let indentation):
                    if definitions[name] == nil {
                        faults.append(
                            Diagnostic(
                                path: path,
                                position: Position(
                                    line: position.line,
                                    column: position.column + indentation.utf8.count),
                                message: unknownChunkMessage(name)))
                    }
                    used.insert(name)
                    if case .chunk(let user, _) = block.form {
                        uses[user, default: []].insert(name)
                    }
                }
            }
        }
        reportUnused(used, path: path, faults: &faults)
        reportCycles(uses, path: path, faults: &faults)
    }

    private func unknownChunkMessage(_ name: String) -> String {
        let known = definitions.keys.sorted()
        return "no chunk is named '\(name)'; "
            + (known.isEmpty ? "this chapter defines none" : "there is \(known.quotedList)")
    }

    private func reportUnused(_ used: Set<String>, path: String, faults: inout [Diagnostic]) {
        for (name, blocks) in definitions where !used.contains(name) {
            faults.append(
                Diagnostic(
                    path: path, position: blocks[0].position,
                    message: "chunk '\(name)' is never used; refer to it with // <<\(name)>>, "
                        + "or delete it"))
        }
    }

    private func reportCycles(
        _ uses: [String: Set<String>], path: String, faults: inout [Diagnostic]
    ) {
        for (name, blocks) in definitions where reaches(name, from: name, uses) {
            faults.append(
                Diagnostic(
                    path: path, position: blocks[0].position,
                    message: "chunk '\(name)' is spliced into itself; break the circle"))
        }
    }

    private func reaches(_ goal: String, from start: String, _ uses: [String: Set<String>]) -> Bool
    {
        var seen: Set<String> = []
        var pending = Array(uses[start, default: []])
        while let name = pending.popLast() {
            if name == goal { return true }
            if seen.insert(name).inserted { pending += uses[name, default: []] }
        }
        return false
    }
}
