import Foundation
import Tangle

/// The folder of the book: the package's root, which holds `Chapters`.
struct BookFolder {
    let root: URL

    /// Looks for the book in the current folder and in those around it, as SwiftPM does.
    init() throws {
        let start = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        var folder = start.resolvingSymlinksInPath()
        while Book.fileNames(in: folder).isEmpty {
            let parent = folder.deletingLastPathComponent()
            if parent.path == folder.path {
                throw Failure(
                    "no book in \(start.path) nor in a folder around it; "
                        + "run this in the folder that holds Chapters")
            }
            folder = parent
        }
        root = folder
    }

    /// Where nested builds and other things that can be made again are kept.
    var workFolder: URL { root.appendingPathComponent(".build/book") }

    /// The names of the chapters, in order; files that are named otherwise are `check`'s affair.
    var chapterNames: [ChapterName] {
        Book.fileNames(in: root).compactMap { ChapterName(fileName: $0) }
    }

    /// The chapter that a reader names `naive-stack`, `01` or `01-naive-stack`.
    func chapterName(for name: String) throws -> ChapterName {
        let names = chapterNames
        if let found = names.first(where: { [$0.name, $0.number, $0.stem].contains(name) }) {
            return found
        }
        throw Failure("no chapter '\(name)'; there is \(names.map(\.name).quotedList)")
    }

    /// The modules that the book is made of: the folders of `Sources`.
    var modules: [String] {
        let folder = root.appendingPathComponent("Sources").path
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }
}
