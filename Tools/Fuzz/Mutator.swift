import TestSupport

/// Makes texts that a chapter's author might write on the worst of days, and some that nobody
/// would: real chapters and tricky fragments, cut, joined and broken.
struct Mutator {
    var random: SplitMix64
    let chapters: [[UInt8]]
    static let largest = 1 << 16

    /// - Parameters:
    ///   - seed: the same seed makes the same text.
    ///   - chapters: the real ones.
    init(seed: UInt64, chapters: [[UInt8]]) {
        random = SplitMix64(seed: seed)
        self.chapters = chapters
    }

    mutating func text() -> [UInt8] {
        var text = random.isOnce(in: 2) || chapters.isEmpty ? assembled() : excerpt()
        for _ in 0..<random.number(below: 8) { mutate(&text) }
        return Array(text.prefix(Self.largest))
    }

    /// Some lines of a real chapter, seldom all of it.
    private mutating func excerpt() -> [UInt8] {
        let lines = Self.lines(chapters[random.number(below: chapters.count)])
        if lines.isEmpty || random.isOnce(in: 20) { return Array(lines.joined()) }
        let start = random.number(below: lines.count)
        return Array("# T\n\n".utf8)
            + lines[start...].prefix(1 + random.number(below: 60)).joined()
    }

    /// A chapter of well-formed pieces, so that what follows has something to break.
    private mutating func assembled() -> [UInt8] {
        var text = "# Title\n\n"
        for _ in 0..<1 + random.number(below: 8) {
            text += marked(Fragments.whole.randomElement(using: &random) ?? "")
        }
        return Array(text.utf8)
    }

    /// The text as it stands, or in a list or a quotation.
    private mutating func marked(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        while random.isOnce(in: 3) {
            let (first, rest) = Fragments.containers.randomElement(using: &random) ?? ("", "")
            for index in lines.indices.dropLast() {
                lines[index] = (index == 0 ? first : rest) + lines[index]
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private mutating func mutate(_ text: inout [UInt8]) {
        switch random.number(below: 10) {
        case 0: flipByte(of: &text)
        case 1: insert(&text, Array((Fragments.broken.randomElement(using: &random) ?? "").utf8))
        case 2: insert(&text, Array((Fragments.whole.randomElement(using: &random) ?? "").utf8))
        case 3: deleteLines(of: &text)
        case 4: moveLines(of: &text)
        case 5: insertAtLineStart(&text)
        case 6: insert(&text, nesting())
        case 7: cut(&text)
        case 8: insert(&text, (0..<random.number(below: 6)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        default: changeTerminators(of: &text)
        }
    }

    private mutating func place(in text: [UInt8]) -> Int { random.number(below: text.count + 1) }

    private mutating func flipByte(of text: inout [UInt8]) {
        if text.isEmpty { return }
        text[random.number(below: text.count)] ^= 1 << UInt8(random.number(below: 8))
    }

    private mutating func insert(_ text: inout [UInt8], _ piece: [UInt8]) {
        let index = place(in: text)
        text.insert(contentsOf: piece, at: index)
    }

    private mutating func deleteLines(of text: inout [UInt8]) {
        var lines = Self.lines(text)
        if lines.isEmpty { return }
        let start = random.number(below: lines.count)
        lines.removeSubrange(start..<min(start + 1 + random.number(below: 3), lines.count))
        text = Array(lines.joined())
    }

    private mutating func moveLines(of text: inout [UInt8]) {
        var lines = Self.lines(text)
        if lines.isEmpty { return }
        let start = random.number(below: lines.count)
        let piece = lines[start...].prefix(1 + random.number(below: 6))
        lines.insert(contentsOf: piece, at: random.number(below: lines.count + 1))
        text = Array(lines.joined())
    }

    private mutating func insertAtLineStart(_ text: inout [UInt8]) {
        var lines = Self.lines(text)
        if lines.isEmpty { return }
        let piece = Array((Fragments.lineStarts.randomElement(using: &random) ?? "").utf8)
        let start = random.number(below: lines.count)
        for index in lines.indices[start...].prefix(1 + random.number(below: 4)) {
            lines[index].insert(contentsOf: piece, at: 0)
        }
        text = Array(lines.joined())
    }

    private mutating func nesting() -> [UInt8] {
        let unit = Fragments.nestings.randomElement(using: &random) ?? ""
        let depths = [2, 9, 40, 300, 2000]
        let depth = 1 + random.number(below: depths.randomElement(using: &random) ?? 1)
        return Array(String(repeating: unit, count: depth).utf8)
    }

    private mutating func cut(_ text: inout [UInt8]) {
        text = Array(text.prefix(place(in: text)))
    }

    private mutating func changeTerminators(of text: inout [UInt8]) {
        let terminator = Array((["\r\n", "\r", "\n\n", "\n\r"].randomElement(using: &random) ?? "").utf8)
        let times = random.isOnce(in: 2) ? 1 : 8
        text = text.flatMap { byte -> [UInt8] in
            byte == UInt8(ascii: "\n") && random.isOnce(in: times) ? terminator : [byte]
        }
    }

    private static func lines(_ text: [UInt8]) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        for byte in text {
            line.append(byte)
            if byte == UInt8(ascii: "\n") {
                lines.append(line)
                line = []
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
