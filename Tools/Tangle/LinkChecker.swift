import Foundation

extension Book {
    /// Every link that leads nowhere and every figure that cannot be shown.
    ///
    /// A link is `[text](01-naive-stack.md)`, with `#heading-identifier` behind it or alone for a
    /// section, or `[text](https://…)`. A figure is `![text alternative](figures/NAME.svg
    /// "caption")`. So both work on any host of Markdown as well as in the woven book.
    ///
    /// - Parameter root: the folder that holds `Chapters`.
    public func linkFaults(root: URL) -> [Diagnostic] {
        var faults: [Diagnostic] = []
        var figures: Set<String> = []
        for chapter in chapters {
            for link in chapter.links {
                guard let message = fault(of: link.destination, in: chapter) else { continue }
                faults.append(
                    Diagnostic(path: chapter.path, position: link.position, message: message))
            }
            for figure in chapter.figures {
                for message in figure.faults(root: root) {
                    faults.append(
                        Diagnostic(path: chapter.path, position: figure.position, message: message))
                }
                if let fileName = figure.fileName { figures.insert(fileName) }
            }
        }
        for fileName in figures {
            faults += FigureFile.faults(path: "Chapters/figures/\(fileName)", root: root)
        }
        return Diagnostics(faults).all
    }

    private func fault(of destination: String, in chapter: Chapter) -> String? {
        if destination.hasPrefix("https://") {
            let host = URL(string: destination)?.host ?? ""
            return host.isEmpty ? "'\(destination)' names no host; write https://HOST/…" : nil
        }
        guard let link = CrossReference(destination) else {
            return Self.remedy(forForeign: destination)
        }
        var goal = chapter
        if let fileName = link.fileName {
            guard let named = chapters.first(where: { $0.name.fileName == fileName }) else {
                let near = Nearest(to: fileName, in: chapters.map(\.name.fileName))
                return "no chapter is '\(fileName)'; the nearest: \(near)"
            }
            goal = named
        }
        let identifiers = goal.headings.map(\.identifier)
        guard let identifier = link.identifier, !identifiers.contains(identifier) else {
            return nil
        }
        let near = Nearest(to: "#\(identifier)", in: identifiers.map { "#\($0)" })
        return "no heading of \(goal.name.fileName) is '#\(identifier)'; the nearest: \(near)"
    }

    private static func remedy(forForeign destination: String) -> String {
        if destination.isEmpty { return "a link to nowhere; write [text](destination)" }
        if destination.hasPrefix("http://") {
            return "'\(destination)' is not encrypted; write https://"
        }
        if destination.contains(".svg") {
            return "a figure is shown, not linked: ![text alternative](figures/NAME.svg \"caption\")"
        }
        return "'\(destination)' is no link of this book; link to a chapter (01-naive-stack.md), "
            + "a section (01-naive-stack.md#heading or #heading) or https://…, "
            + "and name a file as code"
    }
}

/// A link from one place of the book to another, taken apart.
public struct CrossReference: Equatable, Sendable {
    /// The chapter's file, such as `01-naive-stack.md`; nil for the chapter of the link.
    public let fileName: String?
    /// The heading's identifier; nil for the chapter as a whole.
    public let identifier: String?

    /// - Parameter destination: what stands between a link's parentheses.
    /// - Returns: nil if it is no reference of the book's own form.
    public init?(_ destination: String) {
        let parts = destination.split(
            separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        guard let file = parts.first, file.isEmpty || ChapterName(fileName: String(file)) != nil
        else { return nil }
        let identifier = parts.count == 2 ? String(parts[1]) : nil
        if identifier?.isEmpty == true || (file.isEmpty && identifier == nil) { return nil }
        fileName = file.isEmpty ? nil : String(file)
        self.identifier = identifier.map { $0.removingPercentEncoding ?? $0 }
    }
}

extension Chapter.Figure {
    /// The name of the figure's file below `Chapters/figures`, if the destination has the form.
    public var fileName: String? {
        guard destination.hasPrefix("figures/"), destination.hasSuffix(".svg") else { return nil }
        let name = destination.dropFirst(8)
        let isPlain = name.utf8.dropLast(4).allSatisfy {
            $0 == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        return isPlain && name.utf8.count > 4 ? String(name) : nil
    }

    fileprivate func faults(root: URL) -> [String] {
        var faults: [String] = []
        if let fileName {
            let path = root.path + "/Chapters/figures/" + fileName
            if !FileManager.default.fileExists(atPath: path) {
                let folder = root.path + "/Chapters/figures"
                let there = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                faults.append(
                    "there is no file Chapters/figures/\(fileName); "
                        + (there.isEmpty
                            ? "the folder is empty or missing"
                            : "the nearest: \(Nearest(to: fileName, in: there))"))
            }
        } else {
            faults.append(
                "'\(destination)' is no figure of this book; write figures/NAME.svg, "
                    + "the name in lower case with hyphens")
        }
        if alternative.isEmpty {
            faults.append(
                "a figure without words for those who do not see it; "
                    + "write ![what it shows](\(destination) \"caption\")")
        }
        if caption.isEmpty {
            faults.append(
                "a figure without a caption; write ![what it shows](\(destination) \"caption\")")
        }
        return faults
    }
}
