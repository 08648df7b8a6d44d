import Tangle

/// What a check has looked at, for the reader who wants to know what "all is well" covers.
struct Tally {
    private var forms: [String: Int] = [:]
    private var commands = 0
    private var measured = 0
    private var links = 0
    private var figures = 0
    private var bounds = 0
    private let chapters: Int

    init(_ chapters: [Chapter], commands: [ConsoleCommand]) {
        self.chapters = chapters.count
        for chapter in chapters {
            for block in chapter.blocks { forms[Self.name(of: block.form), default: 0] += 1 }
            links += chapter.links.count
            figures += chapter.figures.count
            bounds += chapter.citedBounds.count
        }
        self.commands = commands.count
        measured = commands.count { $0.isMeasured }
    }

    private static func name(of form: BlockForm) -> String {
        switch form {
        case .module: "swift"
        case .example: "swift example"
        case .test: "swift test"
        case .chunk: "swift chunk"
        case .wrong: "swift wrong"
        case .exercise: "swift exercise"
        case .exerciseTest: "swift exercise test"
        case .solution: "swift solution"
        case .console(let measured): measured ? "console measured" : "console"
        case .excerpt(let language, _): language
        case .text: "text"
        }
    }

    private func count(_ form: String) -> Int { forms[form, default: 0] }

    var description: String {
        let width = forms.values.map { "\($0)".count }.max() ?? 0
        let blocks = forms.sorted { $0.key < $1.key }.map { form, count in
            String(repeating: " ", count: width - "\(count)".count) + "\(count) \(form)"
        }
        return """
            checked \(counted(chapters, "chapter")):
              \(counted(forms.values.reduce(0, +), "block")):
            \(blocks.map { "    \($0)" }.joined(separator: "\n"))
              \(counted(count("swift wrong"), "wrong program")), refused as they expect
              \(counted(count("swift exercise"), "exercise")): the start fails the test, the solution passes it
              \(counted(commands, "console command")), of which \(measured) measured
              \(counted(count("asm") + count("c"), "excerpt")), found in the files they name
              \(counted(links, "link")), \(counted(figures, "figure")), \
            \(counted(bounds, "cited bound"))
            """
    }
}
