/// `// <<name>>` alone on a line of Swift: the chunk of that name is spliced in there.
struct ChunkReference: Hashable, Sendable {
    var name: String
    /// What stands before the reference; it is put before every spliced line.
    var indentation: String

    /// What a line holds.
    enum Finding {
        case none
        case reference(ChunkReference)
        /// The offset, in bytes, is that of the comment.
        case fault(message: String, offset: Int)
    }

    /// Looks for a reference. Whatever looks like one and is none is a fault: code that was meant
    /// to be spliced must not be left out in silence.
    ///
    /// - Parameters:
    ///   - line: a line of Swift.
    ///   - state: in what the line begins.
    static func find(in line: String, _ state: SwiftLexicalState) -> Finding {
        let text = Array(line.utf8)
        guard let (comment, angles, isExact) = commentBeforeAngles(text) else { return .none }
        let beginning = String(decoding: text[..<comment], as: UTF8.self)
        let rest = String(decoding: text[(angles + 2)...], as: UTF8.self)
        let isAlone = beginning.allSatisfy { $0 == " " || $0 == "\t" }
        let place = state.place(behind: beginning)
        if !rest.contains(">>") && !(isAlone && isExact && place == .code) { return .none }
        func fault(_ message: String) -> Finding { .fault(message: message, offset: comment) }
        switch place {
        case .string:
            return fault(
                "a chunk reference inside a string literal is never spliced; "
                    + "end the literal before it")
        case .comment:
            return fault(
                "a chunk reference inside a comment is never spliced; end the comment before it")
        case .code: break
        }
        guard isAlone else {
            return fault("a chunk reference stands alone on its line; move it to a line of its own")
        }
        let name = String(rest.trimmed.dropLast(2))
        guard isExact, rest.trimmed.hasSuffix(">>"), rest.hasPrefix(name), !name.isEmpty,
            name == name.trimmed
        else {
            return fault("a chunk reference of another form than // <<name>>; write it so")
        }
        return .reference(ChunkReference(name: name, indentation: beginning))
    }

    /// The first `<<` that has only spaces between it and the slashes of a comment.
    ///
    /// - Returns: the offsets of the slashes and of the angles, and whether there are two slashes
    ///   and one space as there should be.
    private static func commentBeforeAngles(
        _ text: [UInt8]
    ) -> (comment: Int, angles: Int, isExact: Bool)? {
        let angle = UInt8(ascii: "<")
        for index in text.indices.dropLast() where text[index] == angle && text[index + 1] == angle {
            let spaces = text[..<index].reversed().prefix { $0 == UInt8(ascii: " ") }.count
            let before = text[..<(index - spaces)]
            let slashes = before.reversed().prefix { $0 == UInt8(ascii: "/") }.count
            if slashes >= 2 {
                return (before.count - slashes, index, slashes == 2 && spaces == 1)
            }
        }
        return nil
    }
}

extension Chapter.Block {
    /// Finds the references among the lines of a Swift block.
    ///
    /// - Returns: the references by their lines' offsets, and what only looks like one.
    static func references(
        in lines: [String]
    ) -> (found: [Int: ChunkReference], faults: [(line: Int, offset: Int, message: String)]) {
        var state = SwiftLexicalState()
        var found: [Int: ChunkReference] = [:]
        var faults: [(line: Int, offset: Int, message: String)] = []
        for (line, text) in lines.enumerated() {
            switch ChunkReference.find(in: text, state) {
            case .none: break
            case .reference(let reference): found[line] = reference
            case .fault(let message, let offset): faults.append((line, offset, message))
            }
            state.advance(over: text)
        }
        return (found, faults)
    }
}
