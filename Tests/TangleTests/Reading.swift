import Foundation
import Testing

@testable import Tangle

/// Reads a text as `Chapters/01-stack.md`. A title is put in its first line, so that the text
/// begins in line 2; `titled: false` leaves it out.
func read(_ text: String, titled: Bool = true) throws(Diagnostics) -> Chapter {
    try read(bytes: Array(((titled ? "# Stack\n" : "") + text).utf8))
}

func read(bytes: [UInt8]) throws(Diagnostics) -> Chapter {
    try Chapter(ChapterName(fileName: "01-stack.md")!, bytes: bytes)
}

/// The faults of a text, each as the press prints it but without `Chapters/01-stack.md:`.
func faults(in text: String, titled: Bool = true) -> [String] {
    faults(bytes: Array(((titled ? "# Stack\n" : "") + text).utf8))
}

func faults(bytes: [UInt8]) -> [String] {
    do throws(Diagnostics) {
        _ = try read(bytes: bytes)
        return []
    } catch {
        return error.description.split(separator: "\n").map {
            String($0.trimmingPrefix("Chapters/01-stack.md:"))
        }
    }
}

/// A folder for one test, with chapters and figures in it; it is deleted with the value.
final class TemporaryBook {
    let root: URL

    init(chapters: [String: String] = [:], figures: [String: String] = [:]) throws {
        root = FileManager.default.temporaryDirectory
            .appendingPathComponent("free-frames-\(UUID().uuidString)")
        let folder = root.appendingPathComponent("Chapters/figures")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, text) in chapters {
            try Data(text.utf8).write(to: root.appendingPathComponent("Chapters/\(name)"))
        }
        for (name, text) in figures {
            try Data(text.utf8).write(to: folder.appendingPathComponent(name))
        }
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    /// The faults of reading the book or, if it can be read, of its links and figures.
    var faults: [String] {
        do throws(Diagnostics) {
            return try Book(root: root).linkFaults(root: root).map(\.description)
        } catch {
            return error.all.map(\.description)
        }
    }
}
