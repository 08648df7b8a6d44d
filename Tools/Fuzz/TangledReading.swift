import Tangle

/// A tangled file as the compiler reads it: what it takes each line to be, by the directives alone.
struct TangledReading {
    struct Line: Equatable {
        var text: String
        /// The chapter's line that the compiler would name; nil for a directive.
        var named: Int?
    }

    private(set) var lines: [Line] = []
    /// What is no well-formed directive although it begins like one.
    private(set) var faults: [String] = []

    init(_ text: String, path: String) {
        let beginning = "#sourceLocation(file: \"\(path)\", line: "
        var named = 1
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for scalars in lines.dropLast() {
            let line = String(scalars)
            guard line.hasPrefix("#sourceLocation") else {
                self.lines.append(Line(text: line, named: named))
                named += 1
                continue
            }
            self.lines.append(Line(text: line, named: nil))
            if line.hasPrefix(beginning), line.hasSuffix(")"),
                let number = Int(line.dropFirst(beginning.count).dropLast())
            {
                named = number
            } else {
                faults.append("no directive: \(line)")
            }
        }
    }
}
