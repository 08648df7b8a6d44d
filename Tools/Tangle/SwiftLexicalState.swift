/// Whether a line of Swift begins in code, inside a string literal or inside a comment.
/// It knows just enough of the grammar to tell a chunk reference from text that looks like one.
struct SwiftLexicalState {
    private enum Context: Equatable {
        case blockComment
        case string(pounds: Int, isMultiline: Bool)
        case interpolation(openParentheses: Int)
    }

    private var contexts: [Context] = []

    var isInCode: Bool { contexts.isEmpty }

    var isInString: Bool {
        contexts.contains { if case .string = $0 { true } else { false } }
    }

    /// Whether the place behind `beginning`, the first part of a line, lies in a literal or comment.
    func isInsideLiteral(after beginning: String) -> Bool {
        var state = self
        return state.read(beginning) || !state.contexts.isEmpty
    }

    /// Reads one line, without its terminator.
    mutating func advance(over line: String) {
        _ = read(line)
        endSingleLineStrings()
    }

    /// - Returns: whether the text ended in a line comment.
    private mutating func read(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
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
        let pounds = rest.prefix { $0 == UInt8(ascii: "#") }.count
        let behind = rest.dropFirst(pounds)
        if behind.starts(with: "\"\"\"".utf8) {
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
        let delimiter = Array(String(repeating: "#", count: pounds).utf8)
        let quotes = Array((isMultiline ? "\"\"\"" : "\"").utf8)
        let escape = [UInt8(ascii: "\\")] + delimiter
        if rest.starts(with: escape) {
            rest.removeFirst(escape.count)
            if rest.first == UInt8(ascii: "(") {
                contexts.append(.interpolation(openParentheses: 1))
            }
            rest = rest.dropFirst()
        } else if rest.starts(with: quotes + delimiter) {
            contexts.removeLast()
            rest.removeFirst(quotes.count + delimiter.count)
        } else {
            rest.removeFirst()
        }
    }

    /// A single-line literal, and what is nested in it, ends with its line at the latest.
    private mutating func endSingleLineStrings() {
        let first = contexts.firstIndex {
            if case .string(_, isMultiline: false) = $0 { true } else { false }
        }
        if let first { contexts.removeSubrange(first...) }
    }
}
