/// A number as a program prints it: perhaps with thousands separators, decimals and a unit glued
/// on, such as `-3`, `1,048,576`, `12.5%`, `130×` or `4KiB`.
struct Figure: Equatable {
    var value: Double
    var unit: String
}

/// A line taken apart into figures and the text between them.
///
/// What only contains digits is text: `x86`, `q35`, `0x1000`.
struct FigureScanner {
    enum Part: Equatable {
        case text(String)
        case figure(Figure)
    }

    private let characters: [Character]
    private var index = 0
    private var text = ""
    private(set) var parts: [Part] = []

    static func parts(of line: String) -> [Part] {
        var scanner = FigureScanner(characters: Array(line))
        scanner.scan()
        return scanner.parts
    }

    private init(characters: [Character]) { self.characters = characters }

    private mutating func scan() {
        while index < characters.count {
            if !isWordCharacter(text.last), let figure = figure() {
                if !text.isEmpty { parts.append(.text(text)) }
                text = ""
                parts.append(.figure(figure))
            } else {
                text.append(characters[index])
                index += 1
            }
        }
        if !text.isEmpty { parts.append(.text(text)) }
    }

    private func isWordCharacter(_ character: Character?) -> Bool {
        guard let character else {
            if case .figure = parts.last { return true }
            return false
        }
        return character.isLetter || character.isNumber || character == "_" || character == "."
    }

    /// The figure that begins here, and steps over it.
    private mutating func figure() -> Figure? {
        var next = index
        var digits = ""
        if hasSign(at: next) {
            digits = "-"
            next += 1
        }
        let first = next
        takeDigits(&next, into: &digits)
        if next == first { return nil }
        if digits == "0", character(at: next) == "x", character(at: next + 1)?.isHexDigit == true {
            return nil
        }
        while isSeparator(character(at: next)), (1...3).allSatisfy({ isDigit(at: next + $0) }) {
            next += 1
            takeDigits(&next, into: &digits)
        }
        if character(at: next) == ".", isDigit(at: next + 1) {
            digits.append(".")
            next += 1
            takeDigits(&next, into: &digits)
        }
        var unit = ""
        while let character = character(at: next), character.isLetter || "×%‰".contains(character) {
            unit.append(character)
            next += 1
        }
        guard let value = Double(digits) else { return nil }
        index = next
        return Figure(value: value, unit: unit)
    }

    private func hasSign(at place: Int) -> Bool {
        guard let sign = character(at: place), "-−".contains(sign) else { return false }
        return text.isEmpty || text.last == " " || text.last == "("
    }

    private func isSeparator(_ character: Character?) -> Bool {
        character == "," || character == "\u{202F}"
    }

    private func isDigit(at place: Int) -> Bool {
        guard let character = character(at: place) else { return false }
        return character.isASCII && character.isNumber
    }

    private func character(at place: Int) -> Character? {
        characters.indices.contains(place) ? characters[place] : nil
    }

    private func takeDigits(_ place: inout Int, into digits: inout String) {
        while isDigit(at: place) {
            digits.append(characters[place])
            place += 1
        }
    }
}
