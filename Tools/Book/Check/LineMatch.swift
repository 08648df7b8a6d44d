/// How a shown line and a printed line compare.
enum LineMatch: Equatable {
    case same
    /// The lines belong together, but what was printed is not as it must be.
    case broken(String)
    case different

    static let wildcard = "…"

    /// Every character counts; `…` stands for any text.
    static func exactly(shown: String, printed: String) -> LineMatch {
        matches(pattern: shown, printed) ? .same : .different
    }

    /// Figures match any figures and runs of spaces each other; bounds count exactly.
    static func inShape(shown: String, printed: String) -> LineMatch {
        let (shownRest, shownBound) = split(shown)
        let (printedRest, printedBound) = split(printed)
        guard shownBound == printedBound,
            matches(pattern: shape(of: shownRest), shape(of: printedRest))
        else { return .different }
        guard let bound = printedBound else { return .same }
        if let fault = bound.fault(in: printedRest) { return .broken(fault) }
        if let fault = bound.fault(in: shownRest) { return .broken("as shown, \(fault)") }
        return .same
    }

    private static func split(_ line: String) -> (String, Bound?) {
        Bound.split(line).map { ($0.rest, $0.bound) } ?? (line, nil)
    }

    private static func shape(of line: String) -> String {
        let figureSign = "\u{FFFC}"
        let line = FigureScanner.parts(of: line).map { part in
            if case .text(let text) = part { text } else { figureSign }
        }.joined()
        return line.split(separator: " ").joined(separator: " ")
    }

    private static func matches(pattern: String, _ text: String) -> Bool {
        let pieces = pattern.split(separator: wildcard, omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
            return pattern.unicodeScalars.elementsEqual(text.unicodeScalars)
        }
        guard text.hasPrefix(first) else { return false }
        var rest = text.dropFirst(first.count)
        for piece in pieces.dropFirst().dropLast() {
            if piece.isEmpty { continue }
            guard let found = rest.firstRange(of: piece) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
