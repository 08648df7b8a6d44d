/// The names most like one that is unknown, so that an error can say what was perhaps meant.
struct Nearest: CustomStringConvertible {
    private let names: [String]

    /// - Parameter limit: how many names are worth reading in an error.
    init(to name: String, in known: some Sequence<String>, limit: Int = 3) {
        let near = known.map { (distance: Self.distance($0, name), name: $0) }
        names = near.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(limit).map(\.name)
    }

    /// `'a', 'b' and 'c'`, the nearest first.
    var description: String { names.quotedList }

    /// How many characters must be put in, taken out or exchanged to make one name the other.
    private static func distance(_ first: String, _ second: String) -> Int {
        let longest = 64
        let goal = Array(second.lowercased().utf8.prefix(longest))
        var row = Array(0...goal.count)
        for (line, byte) in first.lowercased().utf8.prefix(longest).enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for column in goal.indices {
                let exchanged = diagonal + (goal[column] == byte ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(exchanged, diagonal + 1, row[column] + 1)
            }
        }
        return row[goal.count]
    }
}

extension [String] {
    /// `'a', 'b' and 'c'`.
    public var quotedList: String {
        let quoted = map { "'\($0)'" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " and " + last
    }
}

extension String {
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
