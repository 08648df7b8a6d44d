import Foundation

/// All chapters, read and judged together.
public struct Book: Sendable {
    public var chapters: [Chapter]

    /// Reads every chapter below a package's root.
    ///
    /// - Parameter root: the folder that holds `Chapters`.
    /// - Throws: `Diagnostics` with every fault of every chapter.
    public init(root: URL) throws(Diagnostics) {
        let (book, faults) = Self.read(root: root)
        if !faults.isEmpty { throw Diagnostics(faults) }
        self = book
    }

    /// Reads what can be read.
    ///
    /// - Returns: the chapters without fault, and every fault of the others.
    public static func read(root: URL) -> (book: Book, faults: [Diagnostic]) {
        var chapters: [Chapter] = []
        var faults: [Diagnostic] = []
        var names: [ChapterName] = []
        for fileName in fileNames(in: root) {
            guard let name = ChapterName(fileName: fileName) else {
                faults.append(
                    Diagnostic(
                        path: "Chapters/\(fileName)", position: Position(line: 1),
                        message: "a chapter's file is named like 01-naive-stack.md"))
                continue
            }
            if let twin = names.first(where: { $0.number == name.number || $0.name == name.name }) {
                faults.append(
                    Diagnostic(
                        path: name.path, position: Position(line: 1),
                        message: "\(twin.fileName) has this number or name already; "
                            + "choose another"))
            }
            names.append(name)
            do throws(Diagnostics) {
                chapters.append(try Chapter(name, root: root))
            } catch {
                faults += error.all
            }
        }
        if chapters.isEmpty && faults.isEmpty {
            faults.append(
                Diagnostic(
                    path: "Chapters", position: Position(line: 1),
                    message: "no chapter here; run this in the folder that holds Package.swift"))
        }
        return (Book(chapters: chapters), faults)
    }

    private init(chapters: [Chapter]) { self.chapters = chapters }

    /// The chapter's Markdown files, in order.
    public static func fileNames(in root: URL) -> [String] {
        let folder = root.appendingPathComponent("Chapters").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".md") && !$0.hasPrefix(".") }.sorted()
    }

    /// - Parameter name: a chapter as a reader names it: `naive-stack`, `01` or `01-naive-stack`.
    public func chapter(named name: String) -> Chapter? {
        chapters.first { [$0.name.name, $0.name.number, $0.name.stem].contains(name) }
    }
}

extension Chapter {
    /// Reads one chapter.
    ///
    /// - Throws: `Diagnostics` with every fault of the chapter, also if it cannot be read at all.
    public init(_ name: ChapterName, root: URL) throws(Diagnostics) {
        guard let data = FileManager.default.contents(atPath: root.path + "/" + name.path) else {
            throw Diagnostics([
                Diagnostic(
                    path: name.path, position: Position(line: 1),
                    message: "the chapter cannot be read; is it there, and are you allowed to?")
            ])
        }
        try self.init(name, bytes: [UInt8](data))
    }

    /// Reads one chapter from its bytes.
    public init(_ name: ChapterName, bytes: [UInt8]) throws(Diagnostics) {
        let (chapter, faults) = ChapterReader.read(name, bytes: bytes)
        if !faults.isEmpty { throw Diagnostics(faults) }
        self = chapter
    }
}
