import CMark
import Tangle

/// What must hold for every text, whatever its bytes: the press refuses it, with faults that lead
/// into the text, or it takes it and leaves no Swift out.
enum Judge {
    static let name = ChapterName(fileName: "01-fuzzed.md")!

    struct Violation: Error, CustomStringConvertible {
        var description: String
    }

    enum Verdict {
        case refused(Diagnostics)
        case accepted(Chapter)
    }

    /// Reads a text as a chapter and checks everything that must hold.
    static func judge(_ bytes: [UInt8]) throws(Violation) -> Verdict {
        let lines = lines(of: bytes)
        switch Result(catching: { () throws(Diagnostics) in try Chapter(name, bytes: bytes) }) {
        case .failure(let faults):
            try checkRefusal(faults.all, lines)
            return .refused(faults)
        case .success(let chapter):
            guard chapter.lines == lines else {
                throw Violation(description: "the chapter's lines are not the text's")
            }
            try checkBlocks(of: chapter)
            try checkNoFenceIsLost(in: chapter)
            for destination in Destination.allCases {
                try checkTangling(of: chapter, for: destination)
            }
            return .accepted(chapter)
        }
    }

    /// The text's lines, cut in another way than the press does it.
    private static func lines(of bytes: [UInt8]) -> [String] {
        var text = String(decoding: bytes, as: UTF8.self).unicodeScalars
        if text.first == "\u{FEFF}" { text.removeFirst() }
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in text {
            if !(scalar == "\n" && isAfterReturn) {
                if scalar == "\n" || scalar == "\r" {
                    lines.append(String(line))
                    line.removeAll()
                } else {
                    line.append(scalar == "\0" ? "\u{FFFD}" : scalar)
                }
            }
            isAfterReturn = scalar == "\r"
        }
        return line.isEmpty ? lines : lines + [String(line)]
    }

    private static func checkRefusal(_ faults: [Diagnostic], _ lines: [String]) throws(Violation) {
        if faults.isEmpty { throw Violation(description: "refused without a fault") }
        if faults != faults.sorted() { throw Violation(description: "faults out of order") }
        for fault in faults {
            let line = fault.position.line
            let text = lines.indices.contains(line - 1) ? lines[line - 1] : ""
            let isInText = (1...max(lines.count, 1)).contains(line)
                && (1...text.utf8.count + 1).contains(fault.position.column)
            if !isInText || fault.path != name.path || fault.message.isEmpty {
                throw Violation(description: "a fault that leads nowhere: \(fault)")
            }
        }
    }

    /// Each code block that libcmark sees is one of the chapter's, with the same lines, and ends
    /// with a fence.
    private static func checkBlocks(of chapter: Chapter) throws(Violation) {
        let tree = MarkdownTree(Array(chapter.lines.joined(separator: "\n").utf8))
        let nodes = tree.nodes.filter { $0.kind == CMARK_NODE_CODE_BLOCK }
        guard nodes.map(\.position) == chapter.blocks.map(\.position) else {
            throw Violation(description: "libcmark's code blocks are not the chapter's")
        }
        for (node, block) in zip(nodes, chapter.blocks) {
            let literal = block.lines.map { $0 + "\n" }.joined()
            if node.literal != literal {
                throw Violation(description: "line \(block.position.line): other lines in the block")
            }
            let last = block.firstLine + block.lines.count
            let opening = unmarked(chapter.lines[block.position.line - 1])
            let fence = opening.prefix { $0 == opening.first }
            let closing = last <= chapter.lines.count ? unmarked(chapter.lines[last - 1]) : ""
            let isClosed = closing.hasPrefix(String(fence.prefix(255)))
                && closing.allSatisfy { $0 == fence.first || $0 == " " || $0 == "\t" }
            if !isClosed {
                throw Violation(description: "line \(block.position.line): the fence is not closed")
            }
        }
    }

    /// No line outside the blocks looks like the beginning of a Swift block.
    private static func checkNoFenceIsLost(in chapter: Chapter) throws(Violation) {
        var isInBlock = Array(repeating: false, count: chapter.lines.count + 2)
        for block in chapter.blocks {
            for line in block.position.line...block.firstLine + block.lines.count {
                isInBlock[line] = true
            }
        }
        for (index, line) in chapter.lines.enumerated() where !isInBlock[index + 1] {
            let text = unmarked(line)
            if text.hasPrefix("```swift") || text.hasPrefix("~~~swift") {
                throw Violation(description: "line \(index + 1): a block left out in silence")
            }
        }
    }

    /// A line without the marks of quotations and lists before its text.
    private static func unmarked(_ line: String) -> Substring {
        var rest = line[...]
        while true {
            rest = rest.drop { $0 == " " || $0 == "\t" || $0 == ">" }
            let mark = rest.prefix { !$0.isWhitespace }
            let number = mark.dropLast()
            let isMark = ["-", "*", "+"].contains(mark)
                || !number.isEmpty && number.utf8.allSatisfy { (48...57).contains($0) }
                    && (mark.last == "." || mark.last == ")")
            if !isMark || mark.endIndex == rest.endIndex { return rest }
            rest = rest[mark.endIndex...]
        }
    }

    /// The compiler is told of each line of code, once for each splicing, in order, and by the
    /// chapter's own line and column.
    static func checkTangling(of chapter: Chapter, for destination: Destination) throws(Violation) {
        let file = chapter.tangled(for: destination)
        let reading = TangledReading(file.text, path: chapter.path)
        if let fault = reading.faults.first { throw Violation(description: fault) }
        if !file.lines.isEmpty && reading.lines[0].named != nil {
            throw Violation(description: "\(destination): the first line is no directive")
        }
        let told = reading.lines.filter { $0.named != nil && !isBlank($0.text) }
        let meant = chapter.blocks.filter { $0.form == form(of: destination) }
            .flatMap { expansion(of: $0, in: chapter, indentation: "") }
            .filter { !isBlank($0.text) }
        for (told, meant) in zip(told, meant) where told != meant {
            throw Violation(description: "\(destination): \(told) where \(meant) should be")
        }
        if told.count != meant.count {
            throw Violation(
                description: "\(destination): \(told.count) lines for \(meant.count) of code")
        }
        for (line, read) in zip(file.lines, reading.lines) {
            if let origin = line.origin, origin != read.named {
                throw Violation(description: "\(destination): line \(origin) is named \(read)")
            }
        }
    }

    private static func form(of destination: Destination) -> BlockForm {
        switch destination {
        case .module: .module
        case .example: .example
        case .test: .test
        }
    }

    private static func isBlank(_ text: String) -> Bool { text.allSatisfy { $0 == " " } }

    /// What a block's lines become, found without the press's own table of chunks.
    private static func expansion(
        of block: Chapter.Block, in chapter: Chapter, indentation: String
    ) -> [TangledReading.Line] {
        block.lines.enumerated().flatMap { offset, text -> [TangledReading.Line] in
            let stripped = text.drop { $0 == " " || $0 == "\t" }
            guard stripped.hasPrefix("// <<"), stripped.contains(">>") else {
                let padding = String(repeating: " ", count: block.position.column - 1)
                return [.init(text: indentation + padding + text, named: block.firstLine + offset)]
            }
            let name = stripped.dropFirst(5).prefix { $0 != ">" }
            let inner = text.prefix { $0 == " " || $0 == "\t" }
            return chapter.blocks.filter { other in
                if case .chunk(String(name), _) = other.form { true } else { false }
            }.flatMap { expansion(of: $0, in: chapter, indentation: indentation + inner) }
        }
    }
}
