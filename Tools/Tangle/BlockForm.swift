/// What a code block is for, as its info string says.
public enum BlockForm: Hashable, Sendable {
    /// `swift`: joins the chapter's module, in document order.
    case module
    /// `swift example`: joins the chapter's executable.
    case example
    /// `swift test`: joins the chapter's tests.
    case test
    /// `swift chunk="name"`: spliced where `// <<name>>` stands; `append` adds to an earlier one.
    case chunk(name: String, appends: Bool)
    /// `swift wrong`: must not compile, with exactly the diagnostics that its comments expect.
    case wrong
    /// `swift exercise=N`: a start that compiles and fails the exercise's test.
    case exercise(Int)
    /// `swift exercise=N test`: the test of exercise N.
    case exerciseTest(Int)
    /// `swift solution=N`: an answer that passes the test of exercise N.
    case solution(Int)
    /// `console`: commands and what they print; `measured` compares shape and bounds only.
    case console(measured: Bool)
    /// `asm` or `c` with `from="path"`: lines that stand in that file under `Sources/`.
    case excerpt(language: String, path: String)
    /// `text`: a drawing, or a listing that is no code.
    case text

    /// Whether the block holds Swift, and so may splice chunks.
    public var isSwift: Bool {
        switch self {
        case .console, .excerpt, .text: false
        default: true
        }
    }

    var isChunk: Bool {
        if case .chunk = self { true } else { false }
    }
}

/// What is wrong with an info string, and what would be right.
struct InfoStringFault: Error {
    var message: String
}

/// An info string taken apart: the language, then words and `key=value` pairs, each once.
struct InfoString {
    private(set) var language: String
    private var words: Set<String> = []
    private var values: [String: String] = [:]

    /// - Parameter text: what follows the fence, such as `swift exercise=2 test`.
    init(_ text: String) throws(InfoStringFault) {
        var parts: [String] = []
        var part = ""
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character.isWhitespace && !isQuoted {
                if !part.isEmpty { parts.append(part) }
                part = ""
            } else {
                part.append(character)
            }
        }
        if isQuoted { throw InfoStringFault(message: "a quotation mark without its partner") }
        if !part.isEmpty { parts.append(part) }
        guard let language = parts.first else {
            throw InfoStringFault(
                message: "a code block without a language; for what is no code, write ```text")
        }
        self.language = language
        for part in parts.dropFirst() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let key = String(pair[0])
            if words.contains(key) || values[key] != nil {
                throw InfoStringFault(message: "'\(key)' stands twice; write it once")
            }
            if pair.count == 1 {
                words.insert(key)
            } else {
                values[key] = try Self.unquoted(String(pair[1]))
            }
        }
    }

    private static func unquoted(_ value: String) throws(InfoStringFault) -> String {
        guard value.contains("\"") else { return value }
        let inner = value.dropFirst().dropLast()
        guard value.first == "\"", value.last == "\"", !inner.contains("\"") else {
            throw InfoStringFault(message: "quotation marks go around the whole of a value")
        }
        return String(inner)
    }

    /// The form that the info string asks for.
    func form() throws(InfoStringFault) -> BlockForm {
        switch language {
        case "swift": return try swiftForm()
        case "console":
            try allow(words: ["measured"])
            return .console(measured: words.contains("measured"))
        case "asm", "c":
            try allow(values: ["from"])
            guard let path = values["from"], path.hasPrefix("Sources/"),
                !path.split(separator: "/").contains("..")
            else {
                throw InfoStringFault(
                    message: "an excerpt names its file: ```\(language) from=\"Sources/…\"")
            }
            return .excerpt(language: language, path: path)
        case "text":
            try allow()
            return .text
        default:
            throw InfoStringFault(
                message: "'\(language)' is no language of this book; "
                    + "it knows swift, console, asm, c and text")
        }
    }

    private func swiftForm() throws(InfoStringFault) -> BlockForm {
        if let name = values["chunk"] {
            try allow(words: ["append"], values: ["chunk"])
            if name.isEmpty || name.contains(">>") || name != name.trimmed {
                throw InfoStringFault(
                    message: "a chunk's name is a few words, without '>>' and spaces at its ends")
            }
            return .chunk(name: name, appends: words.contains("append"))
        }
        if values["exercise"] != nil {
            try allow(words: ["test"], values: ["exercise"])
            let number = try number(of: "exercise")
            return words.contains("test") ? .exerciseTest(number) : .exercise(number)
        }
        if values["solution"] != nil {
            try allow(values: ["solution"])
            return .solution(try number(of: "solution"))
        }
        try allow(words: ["example", "test", "wrong"])
        if words.count > 1 {
            throw InfoStringFault(
                message: "a block has one purpose; keep one of \(words.sorted().quotedList)")
        }
        switch words.first {
        case "example": return .example
        case "test": return .test
        case "wrong": return .wrong
        default: return .module
        }
    }

    private func number(of key: String) throws(InfoStringFault) -> Int {
        guard let text = values[key], let number = Int(text), (1...999).contains(number),
            String(number) == text
        else {
            throw InfoStringFault(message: "'\(key)' takes a number from 1 to 999: \(key)=1")
        }
        return number
    }

    private func allow(words allowedWords: Set<String> = [], values allowedValues: Set<String> = [])
        throws(InfoStringFault)
    {
        let strangers = words.subtracting(allowedWords).union(
            Set(values.keys).subtracting(allowedValues))
        guard let stranger = strangers.min() else { return }
        throw InfoStringFault(
            message: "'\(stranger)' has no meaning here; \(language) blocks are: "
                + Self.forms(of: language))
    }

    private static func forms(of language: String) -> String {
        switch language {
        case "swift":
            "swift, swift example, swift test, swift chunk=\"name\" [append], swift wrong, "
                + "swift exercise=N [test], swift solution=N"
        case "console": "console, console measured"
        case "text": "text"
        default: "\(language) from=\"Sources/…\""
        }
    }
}
