import Foundation
import Tangle

/// The book as a folder of HTML pages, all of it in memory: nothing is written unless everything
/// can be.
public struct Site: Sendable {
    /// The pages' folder; each file by its path in it. `index.html` is the contents page.
    public private(set) var files: [String: Data] = [:]
    public private(set) var pageCount = 0
    public private(set) var figureCount = 0

    static let title = "Free Frames"

    /// Weaves the book below a folder.
    ///
    /// - Parameter root: the folder that holds `Chapters` and `Sources`.
    /// - Throws: `Diagnostics` with every fault of the chapters or, if they have none, of their
    ///   links and figures.
    public init(root: URL) throws(Diagnostics) {
        let book = try Book(root: root)
        let faults = book.linkFaults(root: root)
        if !faults.isEmpty { throw Diagnostics(faults) }
        let modules = Self.modules(root: root)
        for (index, chapter) in book.chapters.enumerated() {
            let page = ChapterPage(
                chapter, module: modules.first { chapter.name.belongs(toModule: $0) },
                previous: index > 0 ? book.chapters[index - 1] : nil,
                next: index + 1 < book.chapters.count ? book.chapters[index + 1] : nil)
            files[chapter.name.pageName] = Data(page.html.utf8)
        }
        files["index.html"] = Data(Templates.contents(of: book).utf8)
        pageCount = files.count
        for name in Set(book.chapters.flatMap(\.figures).compactMap(\.fileName)) {
            let path = root.path + "/Chapters/figures/" + name
            files["figures/\(name)"] = FileManager.default.contents(atPath: path)
            figureCount += 1
        }
        files["style.css"] = Data(Templates.stylesheet.utf8)
    }

    private static func modules(root: URL) -> [String] {
        let folder = root.path + "/Sources"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    // MARK: Writing

    /// Why the pages could not be written.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// Writes the pages, each at once or not at all, the contents page last. Pages of an earlier
    /// weaving that are no longer part of the book go; what anybody else put there stays.
    ///
    /// - Parameter folder: a folder that is empty, not there yet, or holds an earlier site.
    public func write(to folder: URL) throws(Failure) {
        let stale = try staleFiles(in: folder)
        do {
            let others = files.keys.filter { $0 != "index.html" }
            for name in others.sorted() + ["index.html"] {
                let file = folder.appendingPathComponent(name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try files[name]?.write(to: file, options: .atomic)
            }
            for name in stale {
                try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
        } catch {
            throw Failure(
                description: "\(folder.path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// Looks at what is in the folder already.
    private func staleFiles(in folder: URL) throws(Failure) -> [String] {
        if !FileManager.default.fileExists(atPath: folder.path) { return [] }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw Failure(description: "\(folder.path) is no folder that can be read; name another")
        }
        let visible = names.filter { !$0.hasPrefix(".") }
        let woven = visible.filter { $0.hasSuffix(".html") && isWoven($0, in: folder) }
        if !visible.isEmpty && !woven.contains("index.html") {
            throw Failure(
                description: "\(folder.path) holds other files; name an empty or a new folder")
        }
        return woven.filter { files[$0] == nil }
    }

    private func isWoven(_ name: String, in folder: URL) -> Bool {
        let data = FileManager.default.contents(atPath: folder.path + "/" + name) ?? Data()
        return String(decoding: data.prefix(2000), as: UTF8.self).contains(Templates.mark)
    }
}

extension ChapterName {
    /// The chapter's page in the woven site.
    var pageName: String { "\(stem).html" }
}

extension String {
    /// The text as HTML and XML both read it, also between quotation marks. It goes by scalars:
    /// `<` with a combining mark behind it is another character, but no other `<`.
    var escapedForHTML: String {
        var html = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            default: html.unicodeScalars.append(scalar)
            }
        }
        return html
    }
}
