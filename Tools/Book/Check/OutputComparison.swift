import Tangle

/// Where what a command printed leaves what the chapter shows.
struct OutputComparison {
    /// Where the chapter shows something else; nil where its lines have come to their end.
    var position: Position?
    var message: String

    /// - Returns: nil if the command printed what the chapter shows.
    static func firstDifference(of command: ConsoleCommand, from printed: [String]) -> Self? {
        var search = Search(
            shown: command.output, printed: printed, isMeasured: command.isMeasured)
        return search.firstDifference()
    }
}

/// Lays the shown lines over the printed ones. A line `…` swallows as few lines as it can, and one
/// more each time that what follows it does not fit.
private struct Search {
    let shown: [ConsoleCommand.Line]
    let printed: [String]
    let isMeasured: Bool

    private var place = Place()
    /// Behind the last line `…`, with the first printed line that it does not swallow.
    private var restart: Place?
    private var furthest: (place: Place, brokenBound: String?)?

    struct Place {
        var shown = 0
        var printed = 0
    }

    init(shown: [ConsoleCommand.Line], printed: [String], isMeasured: Bool) {
        self.shown = shown
        self.printed = printed
        self.isMeasured = isMeasured
    }

    mutating func firstDifference() -> OutputComparison? {
        while place.shown < shown.count || place.printed < printed.count {
            if isWildcard(place.shown) {
                place.shown += 1
                restart = place
                continue
            }
            let match = matchHere()
            if match == .same {
                place.shown += 1
                place.printed += 1
                continue
            }
            note(match)
            guard let again = restart, again.printed < printed.count else {
                return describeFurthest()
            }
            place = Place(shown: again.shown, printed: again.printed + 1)
            restart = place
        }
        return nil
    }

    private func isWildcard(_ index: Int) -> Bool {
        shown.indices.contains(index) && shown[index].text == LineMatch.wildcard
    }

    private func matchHere() -> LineMatch {
        guard place.shown < shown.count, place.printed < printed.count else { return .different }
        let (shown, printed) = (shown[place.shown].text, printed[place.printed])
        return isMeasured
            ? .inShape(shown: shown, printed: printed) : .exactly(shown: shown, printed: printed)
    }

    private mutating func note(_ match: LineMatch) {
        var brokenBound: String?
        if case .broken(let fault) = match { brokenBound = fault }
        if let furthest, furthest.brokenBound != nil { return }
        if brokenBound == nil, let furthest, place.shown <= furthest.place.shown { return }
        furthest = (place, brokenBound)
    }

    private func describeFurthest() -> OutputComparison {
        let place = furthest?.place ?? place
        let line = shown.indices.contains(place.shown) ? shown[place.shown] : nil
        var message = furthest?.brokenBound ?? "the command prints something else"
        var printedLine: String? = "(nothing more)"
        if printed.indices.contains(place.printed) { printedLine = printed[place.printed] }
        if furthest?.brokenBound == nil && isWildcard(place.shown - 1) {
            message = "the command does not print this line"
            printedLine = nil
        }
        message += "; mend the program or the chapter"
        message += "\n    shown:   \(line?.text ?? "(nothing more)")"
        if let printedLine { message += "\n    printed: \(printedLine)" }
        return OutputComparison(position: line?.position, message: message)
    }
}
