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
        var rest = text[...]
        while let byte = rest.first {
            switch contexts.last {
            case .blockComment: skipInComment(&rest)
            case .string(let pounds, let isMultiline):
                skipInString(&rest, pounds: pounds, isMultiline: isMultiline)
            case .interpolation(let open) where byte == UInt8(ascii: "("):
                contexts[contexts.count - 1] = .interpolation(openParentheses: open + 1)
                rest.removeFirst()
            case .interpolation(let open) where byte == UInt8(ascii: ")"):
                contexts.removeLast()
                if open > 1 { contexts.append(.interpolation(openParentheses: open - 1)) }
                rest.removeFirst()
            case .interpolation, nil:
                if rest.starts(with: "//".utf8) { return true }
                skipInCode(&rest)
            }
        }
        return false
    }

    private mutating func skipInCode(_ rest: inout ArraySlice<UInt8>) {
        if rest.starts(with: "/*".utf8) {
            contexts.append(.blockComment)
            rest.removeFirst(2)
            return
        }
        if rest.first == UInt8(ascii: "`") {
            rest.removeFirst()
            let end = rest.firstIndex(of: UInt8(ascii: "`")).map { $0 + 1 } ?? rest.endIndex
            rest = rest[end...]
            return
        }
        let pounds = rest.prefix { $0 == UInt8(ascii: "#") }.count
        let behind = rest.dropFirst(pounds)
        if behind.starts(with: "\"\"\"".utf8) && !Self.endsRawString(behind.dropFirst(), pounds) {
            contexts.append(.string(pounds: pounds, isMultiline: true))
            rest = behind.dropFirst(3)
        } else if behind.first == UInt8(ascii: "\"") {
            contexts.append(.string(pounds: pounds, isMultiline: false))
            rest = behind.dropFirst()
        } else {
            rest.removeFirst(max(pounds, 1))
        }
    }

    private mutating func skipInComment(_ rest: inout ArraySlice<UInt8>) {
        if rest.starts(with: "/*".utf8) {
            contexts.append(.blockComment)
            rest.removeFirst(2)
        } else if rest.starts(with: "*/".utf8) {
            contexts.removeLast()
            rest.removeFirst(2)
        } else {
            rest.removeFirst()
        }
    }

    private mutating func skipInString(
        _ rest: inout ArraySlice<UInt8>, pounds: Int, isMultiline: Bool
    ) {
        let quotes = isMultiline ? 3 : 1
        if rest.first == UInt8(ascii: "\\"), Self.hasPounds(rest.dropFirst(), pounds) {
            rest.removeFirst(1 + pounds)
            if rest.first == UInt8(ascii: "(") {
                contexts.append(.interpolation(openParentheses: 1))
            }
            rest = rest.dropFirst()
        } else if rest.prefix(quotes).allSatisfy({ $0 == UInt8(ascii: "\"") }),
            rest.count >= quotes, Self.hasPounds(rest.dropFirst(quotes), pounds)
        {
            contexts.removeLast()
            rest.removeFirst(quotes + pounds)
        } else {
            rest.removeFirst()
        }
    }

    /// Whether a raw literal that begins with three quotation marks ends in its line: `#"""#` is
    /// one quotation mark, not the begin of several lines.
    private static func endsRawString(_ text: ArraySlice<UInt8>, _ pounds: Int) -> Bool {
        guard pounds > 0 else { return false }
        return text.indices.contains {
            text[$0] == UInt8(ascii: "\"") && hasPounds(text[($0 + 1)...], pounds)
        }
    }

    private static func hasPounds(_ text: ArraySlice<UInt8>, _ count: Int) -> Bool {
        text.count >= count && text.prefix(count).allSatisfy { $0 == UInt8(ascii: "#") }
    }

    /// A single-line literal, and what is nested in it, ends with its line at the latest.
    private mutating func endSingleLineStrings() {
        let first = contexts.firstIndex {
            if case .string(_, isMultiline: false) = $0 { true } else { false }
        }
        if let first { contexts.removeSubrange(first...) }
    }
}
