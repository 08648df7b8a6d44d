/// A place in a chapter: line and column, both counted from 1; columns count UTF-8 bytes,
/// as the Swift compiler's do.
public struct Position: Comparable, Hashable, Sendable {
    public var line: Int
    public var column: Int

    public init(line: Int, column: Int = 1) {
        self.line = line
        self.column = column
    }

    public static func < (first: Position, second: Position) -> Bool {
        (first.line, first.column) < (second.line, second.column)
    }
}

/// One fault of a chapter: where it is, what it is, and what to do about it.
public struct Diagnostic: Error, Hashable, Comparable, Sendable, CustomStringConvertible {
    public var path: String
    public var position: Position
    public var message: String

    public init(path: String, position: Position, message: String) {
        self.path = path
        self.position = position
        self.message = message
    }

    /// `path:line:column: error: message`, the form that editors and build logs make clickable.
    public var description: String {
        "\(path):\(position.line):\(position.column): error: \(message)"
    }

    public static func < (first: Diagnostic, second: Diagnostic) -> Bool {
        (first.path, first.position, first.message) < (second.path, second.position, second.message)
    }
}

/// Every fault found in one reading, in the order of the text.
public struct Diagnostics: Error, Sendable, CustomStringConvertible {
    public var all: [Diagnostic]

    public init(_ all: [Diagnostic]) {
        self.all = Array(Set(all)).sorted()
    }

    public var description: String {
        all.map(\.description).joined(separator: "\n")
    }
}
