import Foundation
import Tangle

/// What a compiler or a build printed.
struct CompilerOutput {
    var text: String

    struct Message {
        var path: String
        var position: Position
        var kind: String
        var text: String
    }

    /// The messages of the form `path:line:column: kind: text`, in order.
    var messages: [Message] {
        text.cutIntoPrintedLines().compactMap { line in
            guard let match = line.wholeMatch(of: /(.+?):(\d+):(\d+): (error|warning|note): (.*)/),
                let row = Int(match.2), let column = Int(match.3)
            else { return nil }
            return Message(
                path: String(match.1), position: Position(line: row, column: column),
                kind: String(match.4), text: String(match.5))
        }
    }

    /// The errors, each once, with paths as they are named in the book's folder.
    func errors(in root: URL) -> [Diagnostic] {
        let errors = messages.filter { $0.kind == "error" }.map { message in
            let prefix = root.path + "/"
            let path = message.path
            return Diagnostic(
                path: path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path,
                position: message.position, message: message.text)
        }
        return Diagnostics(errors).all
    }

    /// The last lines, indented, for a message that has to show them.
    var ending: String {
        text.cutIntoPrintedLines().suffix(20).map { "\n    \($0)" }.joined()
    }
}
