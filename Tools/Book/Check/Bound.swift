import Tangle

/// What a measured figure must keep: `≥ 100×` or `≤ 1.1`. A program prints it in parentheses at
/// the end of the figure's line; the prose cites it as a code span.
struct Bound: Equatable {
    /// Such as `≥ 100×`.
    var text: String
    private let isLowest: Bool
    private let limit: Figure

    /// The bound that a printed line ends in, and the line before it.
    static func split(_ line: String) -> (rest: String, bound: Bound)? {
        guard line.hasSuffix(")"), let opening = line.lastIndex(of: "(") else { return nil }
        let inner = line[line.index(after: opening)...].dropLast()
        guard let bound = Bound(String(inner)) else { return nil }
        return (String(line[..<opening]), bound)
    }

    private init?(_ text: String) {
        guard text.hasPrefix("≥ ") || text.hasPrefix("≤ ") else { return nil }
        let parts = FigureScanner.parts(of: String(text.dropFirst(2)))
        guard parts.count == 1, case .figure(let limit) = parts[0] else { return nil }
        self.text = text
        self.isLowest = text.hasPrefix("≥")
        self.limit = limit
    }

    /// - Parameter rest: a line without the bound that it ends in.
    /// - Returns: why the line does not keep the bound, or nil if it does.
    func fault(in rest: String) -> String? {
        let figures = FigureScanner.parts(of: rest).compactMap { part -> Figure? in
            if case .figure(let figure) = part { figure } else { nil }
        }
        guard let figure = figures.last else { return "no figure before the bound (\(text))" }
        if figure.unit != limit.unit {
            return "the figure before the bound (\(text)) has another unit"
        }
        let isKept = isLowest ? figure.value >= limit.value : figure.value <= limit.value
        return isKept ? nil : "the figure does not keep its bound (\(text))"
    }
}

/// Each bound that the prose cites stands in a measured run shown before it.
struct CitedBoundCheck {
    static func faults(in chapter: Chapter) -> [Diagnostic] {
        chapter.citedBounds.compactMap { cited in
            let isShown = chapter.blocks.contains { block in
                block.form == .console(measured: true) && block.position < cited.position
                    && block.lines.contains { Bound.split($0)?.bound.text == cited.text }
            }
            if isShown { return nil }
            return Diagnostic(
                path: chapter.path, position: cited.position,
                message: "no run shown before this prints the bound (\(cited.text)); show one in "
                    + "a ```console measured block, or cite a bound that is printed")
        }
    }
}
