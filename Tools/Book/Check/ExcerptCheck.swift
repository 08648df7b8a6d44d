import Foundation
import Tangle

/// An excerpt's lines stand in the file that it names, one below the other.
struct ExcerptCheck {
    static func fault(of block: Chapter.Block, in chapter: Chapter, root: URL) -> Diagnostic? {
        guard case .excerpt(_, let path) = block.form else { return nil }
        let fault = { (line: Int, message: String) in
            Diagnostic(
                path: chapter.path, position: Position(line: line, column: block.position.column),
                message: message)
        }
        guard let text = root.appendingPathComponent(path).text else {
            return fault(block.position.line, "\(path) cannot be read; name a file that is there")
        }
        let lines = text.cutIntoPrintedLines()
        let wanted = block.lines
        if wanted.isEmpty { return fault(block.position.line, "an empty excerpt; show some lines") }
        let best = lines.indices.map { start in
            (start: start, length: zip(lines[start...], wanted).prefix { $0 == $1 }.count)
        }.max { $0.length < $1.length }
        guard let best, best.length > 0 else {
            return fault(block.firstLine, "this line does not stand in \(path); copy it from there")
        }
        if best.length == wanted.count { return nil }
        let next = best.start + best.length
        let other = next < lines.count ? "\(lines[next])" : "(the file ends)"
        return fault(
            block.firstLine + best.length,
            "the excerpt leaves \(path) here; copy line \(next + 1)"
                + "\n    shown: \(wanted[best.length])\n    file:  \(other)")
    }
}
