import Tangle

/// One command of a `console` block and what the chapter says it prints.
struct ConsoleCommand {
    /// A line of the chapter: its text and where it stands.
    struct Line {
        var text: String
        var position: Position
    }

    var text: String
    var position: Position
    var output: [Line] = []
    var exitStatus = 0
    /// Whether only the output's shape and bounds count.
    var isMeasured: Bool
}

/// A `console` block taken apart. Its form:
///
///     $ command
///     what it prints
///     [exit status 1]
///
/// A command that ends in a backslash goes on in the next line. The last line stands only behind
/// a command that fails.
struct ConsoleBlock {
    private(set) var commands: [ConsoleCommand] = []
    private(set) var faults: [Diagnostic] = []

    /// - Parameters:
    ///   - block: a block of the form `.console`.
    ///   - path: its chapter's path.
    init(_ block: Chapter.Block, path: String) {
        guard case .console(let isMeasured) = block.form else { return }
        var continues = false
        for (offset, text) in block.lines.enumerated() {
            let position = Position(line: block.firstLine + offset, column: block.position.column)
            if continues {
                commands[commands.count - 1].text += "\n" + text
            } else if text.hasPrefix("$ ") {
                commands.append(
                    ConsoleCommand(
                        text: String(text.dropFirst(2)), position: position,
                        isMeasured: isMeasured))
            } else if commands.isEmpty {
                faults.append(
                    Diagnostic(
                        path: path, position: position,
                        message: "a console block begins with a command: $ swift run …"))
                return
            } else {
                commands[commands.count - 1].output.append(.init(text: text, position: position))
                continue
            }
            continues = text.hasSuffix("\\")
        }
        if block.lines.isEmpty {
            faults.append(
                Diagnostic(
                    path: path, position: block.position,
                    message: "an empty console block; show a command and what it prints"))
        }
        for index in commands.indices { Self.takeExitStatus(from: &commands[index]) }
    }

    private static func takeExitStatus(from command: inout ConsoleCommand) {
        let (prefix, suffix) = ("[exit status ", "]")
        guard let last = command.output.last?.text, last.hasPrefix(prefix), last.hasSuffix(suffix),
            let status = Int(last.dropFirst(prefix.count).dropLast(suffix.count))
        else { return }
        command.exitStatus = status
        command.output.removeLast()
    }
}
