/// Whether a place in Swift lies in code, in a string literal or in a comment.
///
/// It knows just enough of the grammar to tell a chunk reference from text that looks like one:
/// literals with any number of pound signs, interpolations, nested comments and names in
/// backticks. It does not know regex literals; a quotation mark in one is a string's begin to it,
/// at most until the end of the line.
struct SwiftLexicalState {
    enum Place {
        case code, string, comment
    }

    private enum Context {
        case blockComment
        case string(pounds: Int, isMultiline: Bool)
        case interpolation(openParentheses: Int)
    }

    private var contexts: [Context] = []

    var place: Place {
        if contexts.isEmpty { return .code }
        if case .blockComment = contexts.last { return .comment }
        return .string
    }

    /// The place behind the beginning of a line.
    func place(behind beginning: some StringProtocol) -> Place {
        var state = self
        return state.read(Array(beginning.utf8)) ? .comment : state.place
    }

    /// Reads one line, without its terminator.
    mutating func advance(over line: String) {
        _ = read(Array(line.utf8))
        endSingleLineStrings()
    }

    /// - Returns: whether the text ended in a line comment.
    private mutating func read(_ text: [UInt8]) -> Bool {
        var index = 0
        while index < text.count {
            switch contexts.last {
            case .blockComment: readInComment(text, &index)
            case .string(let pounds, let isMultiline):
                readInString(text, &index, pounds: pounds, isMultiline: isMultiline)
            case .interpolation, nil:
                if Self.matches("//", text, index) { return true }
                readInCode(text, &index)
            }
        }
        return false
    }

    private mutating func readInCode(_ text: [UInt8], _ index: inout Int) {
        switch text[index] {
        case UInt8(ascii: "/") where Self.matches("/*", text, index):
            contexts.append(.blockComment)
            index += 2
        case UInt8(ascii: "`"):
            let end = text[(index + 1)...].firstIndex(of: UInt8(ascii: "`"))
            index = end.map { $0 + 1 } ?? text.count
        case UInt8(ascii: "#"), UInt8(ascii: "\""):
            readDelimiter(text, &index)
        case UInt8(ascii: "("):
            if case .interpolation(let open) = contexts.last {
                contexts[contexts.count - 1] = .interpolation(openParentheses: open + 1)
            }
            index += 1
        case UInt8(ascii: ")"):
            if case .interpolation(let open) = contexts.popLast(), open > 1 {
                contexts.append(.interpolation(openParentheses: open - 1))
            }
            index += 1
        default: index += 1
        }
    }

    /// Pound signs that may begin a literal, and the quotation marks that do.
    private mutating func readDelimiter(_ text: [UInt8], _ index: inout Int) {
        let pounds = text[index...].prefix { $0 == UInt8(ascii: "#") }.count
        index += pounds
        if Self.matches("\"\"\"", text, index) && !Self.endsRawString(text, index + 1, pounds) {
            contexts.append(.string(pounds: pounds, isMultiline: true))
            index += 3
        } else if Self.matches("\"", text, index) {
            contexts.append(.string(pounds: pounds, isMultiline: false))
            index += 1
        }
    }

    private mutating func readInComment(_ text: [UInt8], _ index: inout Int) {
        if Self.matches("/*", text, index) {
            contexts.append(.blockComment)
            index += 2
        } else if Self.matches("*/", text, index) {
            contexts.removeLast()
            index += 2
        } else {
            index += 1
        }
    }

    private mutating func readInString(
        _ text: [UInt8], _ index: inout Int, pounds: Int, isMultiline: Bool
    ) {
        let quotes = isMultiline ? 3 : 1
        switch text[index] {
        case UInt8(ascii: "\\") where Self.hasPounds(text, index + 1, pounds):
            index += 1 + pounds
            if Self.matches("(", text, index) {
                contexts.append(.interpolation(openParentheses: 1))
            }
            index += 1
        case UInt8(ascii: "\"")
        where Self.matches(isMultiline ? "\"\"\"" : "\"", text, index)
            && Self.hasPounds(text, index + quotes, pounds):
            contexts.removeLast()
            index += quotes + pounds
        default: index += 1
        }
    }

    /// Whether a raw literal that begins with three quotation marks ends in its line: `#"""#` is
    /// one quotation mark, not the begin of several lines.
    private static func endsRawString(_ text: [UInt8], _ start: Int, _ pounds: Int) -> Bool {
        guard pounds > 0 else { return false }
        return text.indices[start...].contains {
            text[$0] == UInt8(ascii: "\"") && hasPounds(text, $0 + 1, pounds)
        }
    }

    private static func hasPounds(_ text: [UInt8], _ start: Int, _ count: Int) -> Bool {
        start + count <= text.count
            && text[start..<start + count].allSatisfy { $0 == UInt8(ascii: "#") }
    }

    private static func matches(_ word: String, _ text: [UInt8], _ start: Int) -> Bool {
        var index = start
        for byte in word.utf8 {
            guard index < text.count, text[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// A single-line literal, and what is nested in it, ends with its line at the latest.
    private mutating func endSingleLineStrings() {
        let first = contexts.firstIndex {
            if case .string(_, isMultiline: false) = $0 { true } else { false }
        }
        if let first { contexts.removeSubrange(first...) }
    }
}
