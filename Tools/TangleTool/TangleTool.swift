import Foundation
import Tangle

/// `TangleTool ROOT CHAPTER DESTINATION OUTPUT`: the step of a build that turns one chapter into
/// one Swift file. The build-tool plugin calls it; readers use `book tangle`.
@main
struct TangleTool {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let destination = Destination(rawValue: arguments[3]),
            let name = ChapterName(fileName: arguments[2])
        else {
            fail("usage: TangleTool ROOT NN-name.md module|example|test OUTPUT")
        }
        do throws(Diagnostics) {
            let chapter = try Chapter(name, root: URL(fileURLWithPath: arguments[1]))
            write(chapter.tangled(for: destination).text, to: URL(fileURLWithPath: arguments[4]))
        } catch {
            fail(error.description)
        }
    }

    /// Leaves an unchanged file alone, so that an edit of the prose recompiles nothing.
    private static func write(_ text: String, to file: URL) {
        if let old = try? String(contentsOf: file, encoding: .utf8), old == text { return }
        do {
            try text.write(to: file, atomically: true, encoding: .utf8)
        } catch {
            fail("\(file.path): error: cannot be written: \(error.localizedDescription)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(1)
    }
}
