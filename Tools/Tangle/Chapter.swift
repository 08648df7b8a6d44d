/// One chapter as the press sees it: what it says it is, and everything in it that is checked.
public struct Chapter: Sendable {
    public var name: ChapterName
    public var title: String
    /// The chapter's lines without their terminators; `lines[0]` is line 1.
    public var lines: [String]
    public var headings: [Heading]
    public var blocks: [Block]
    public var links: [Link]
    public var figures: [Figure]
    /// Bounds that the prose cites, such as `≥ 100×`, from the measured block before them.
    public var citedBounds: [CitedBound]
    var chunks: ChunkTable

    public var path: String { name.path }

    /// A heading and the identifier that a link names it by.
    public struct Heading: Sendable {
        public var level: Int
        public var text: String
        public var identifier: String
        public var position: Position
    }

    /// A code block: its purpose, its lines and where they stand.
    public struct Block: Sendable {
        public var form: BlockForm
        /// Where the opening fence stands.
        public var position: Position
        /// The block's lines, without the indentation of the list or quotation that holds it.
        public var lines: [String]
        /// The chunks that the block splices, by the offset of the line that refers to each.
        var references: [Int: ChunkReference]

        /// The line of the chapter on which `lines[0]` stands.
        public var firstLine: Int { position.line + 1 }

        /// The lines, moved to the columns where they stand in the chapter.
        var alignedLines: [String] {
            let padding = String(repeating: " ", count: position.column - 1)
            return lines.map { $0.isEmpty ? "" : padding + $0 }
        }

        /// Where a place in the block stands in the chapter.
        ///
        /// - Parameters:
        ///   - line: the offset of its line.
        ///   - offset: its own, in bytes, in that line.
        func position(line: Int, offset: Int) -> Position {
            Position(line: firstLine + line, column: position.column + offset)
        }
    }

    public struct Link: Sendable {
        public var destination: String
        public var position: Position
    }

    /// An image alone in its paragraph: the chapter's figure, with its text alternative.
    public struct Figure: Sendable {
        public var destination: String
        public var alternative: String
        public var caption: String
        public var position: Position
    }

    public struct CitedBound: Sendable {
        public var text: String
        public var position: Position
    }
}

/// A chapter's file name taken apart: `01-naive-stack.md` is chapter 01, `naive-stack`.
public struct ChapterName: Hashable, Comparable, Sendable {
    /// `00` to `99` for chapters, a letter and a digit for appendices.
    public let number: String
    /// The rest in kebab case; also the command that runs the chapter.
    public let name: String

    /// - Parameter fileName: such as `01-naive-stack.md`.
    /// - Returns: nil if the name has another form.
    public init?(fileName: String) {
        guard fileName.hasSuffix(".md") else { return nil }
        let stem = fileName.dropLast(3)
        let parts = stem.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 2,
            let first = parts[0].utf8.first, let last = parts[0].utf8.last,
            Self.isDigit(last), Self.isDigit(first) || Self.isUpper(first),
            parts[1].split(separator: "-", omittingEmptySubsequences: false).allSatisfy({ word in
                !word.isEmpty && word.utf8.allSatisfy { Self.isDigit($0) || Self.isLower($0) }
            })
        else { return nil }
        number = String(parts[0])
        name = String(parts[1])
    }

    public var stem: String { "\(number)-\(name)" }
    public var fileName: String { "\(stem).md" }
    /// The path below the package's root, as errors and debug information name it.
    public var path: String { "Chapters/\(fileName)" }

    /// Whether the chapter belongs to a module: its name is the module's in kebab case, or
    /// begins with it. So `10-kernel-booting.md` belongs to `Kernel`.
    public func belongs(toModule module: String) -> Bool {
        let kebab = Self.kebabCase(module)
        return name == kebab || name.hasPrefix(kebab + "-")
    }

    /// `NaiveStack` as `naive-stack`.
    public static func kebabCase(_ module: String) -> String {
        var name = ""
        for character in module {
            if character.isUppercase && !name.isEmpty { name.append("-") }
            name.append(contentsOf: character.lowercased())
        }
        return name
    }

    /// Chapters in order, appendices behind them.
    public static func < (first: ChapterName, second: ChapterName) -> Bool {
        first.stem < second.stem
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    private static func isUpper(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
    }
    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
