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
        do {
            let chapter = try Chapter(name, root: URL(fileURLWithPath: arguments[1]))
            // An unchanged file is left alone, so that an edit of the prose recompiles nothing.
            try URL(fileURLWithPath: arguments[4])
                .writeIfChanged(chapter.tangled(for: destination).text)
        } catch {
            fail("\(error)")
        }
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(1)
    }
}
