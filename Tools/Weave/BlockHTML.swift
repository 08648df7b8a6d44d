import Tangle

/// A code block as HTML, its purpose said in words above it.
struct BlockHTML {
    let html: String

    init(_ block: Chapter.Block, module: String?) {
        let figure = """
            <figure class="code \(Self.style(of: block.form))">
            \(Self.caption(block.form, module))\
            <pre tabindex="0"><code>\(Self.code(block))</code></pre>
            </figure>

            """
        if case .solution(let number) = block.form {
            html = """
                <details class="solution">
                <summary>Solution of exercise \(number)</summary>
                \(figure)</details>

                """
        } else {
            html = figure
        }
    }

    private static func caption(_ form: BlockForm, _ module: String?) -> String {
        let purpose = purpose(form, module)
        return purpose.isEmpty ? "" : "<figcaption>\(purpose)</figcaption>\n"
    }

    private static func purpose(_ form: BlockForm, _ module: String?) -> String {
        let owner = module.map { "the module <code>\($0.escapedForHTML)</code>" }
        return switch form {
        case .module: "joins " + (owner ?? "the chapter’s module")
        case .example: "joins the executable"
        case .test: "joins the tests"
        case .chunk(let name, false): "chunk “\(name.escapedForHTML)”"
        case .chunk(let name, true): "more of chunk “\(name.escapedForHTML)”"
        case .wrong: "must not compile"
        case .exercise(let number): "exercise \(number)"
        case .exerciseTest(let number): "test of exercise \(number)"
        case .solution(let number): "one answer to exercise \(number)"
        case .console(false): "at the console"
        case .console(true): "at the console; the figures differ from run to run"
        case .excerpt(_, let path): "from <code>\(path.escapedForHTML)</code>"
        case .text: ""
        }
    }

    private static func style(of form: BlockForm) -> String {
        switch form {
        case .module: "module"
        case .example: "example"
        case .test: "test"
        case .chunk: "chunk"
        case .wrong: "wrong"
        case .exercise, .exerciseTest: "exercise"
        case .solution: "answer"
        case .console: "console"
        case .excerpt: "excerpt"
        case .text: "text"
        }
    }

    /// The block's lines; what a reader types at the console stands out.
    private static func code(_ block: Chapter.Block) -> String {
        let lines = block.lines.map(\.escapedForHTML)
        guard case .console = block.form else { return lines.map { $0 + "\n" }.joined() }
        return lines.map { ($0.hasPrefix("$ ") ? "<b>\($0)</b>" : $0) + "\n" }.joined()
    }
}
