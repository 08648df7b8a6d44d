import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Judges one figure's file: SVG that stands on its own, scales and says what it is.
final class FigureFile: NSObject, XMLParserDelegate {
    private static let namespace = "http://www.w3.org/2000/svg"
    private let path: String
    private var faults: [Diagnostic] = []
    private var open: [String] = []
    private var title: String?
    private var hasRoot = false
    private var isBroken = false

    private init(path: String) { self.path = path }

    /// - Parameters:
    ///   - path: the file below the root; if it is not there, that is the chapter's fault.
    ///   - root: the folder that holds `Chapters`.
    static func faults(path: String, root: URL) -> [Diagnostic] {
        guard let data = FileManager.default.contents(atPath: root.path + "/" + path) else {
            return []
        }
        return faults(path: path, data: data)
    }

    static func faults(path: String, data: Data) -> [Diagnostic] {
        let figure = FigureFile(path: path)
        // The parser traps on a name that is not UTF-8, so what it gets is checked first.
        guard let text = String(validating: data, as: UTF8.self) else {
            figure.report(at: Position(line: 1), "this is not UTF-8; save the figure as UTF-8")
            return figure.faults
        }
        if let declaration = text.firstRange(of: "<!DOCTYPE") {
            let line = text[..<declaration.lowerBound].utf8.count { $0 == UInt8(ascii: "\n") } + 1
            figure.report(
                at: Position(line: line), "a document type leads out of the figure; take it away")
            return figure.faults
        }
        let parser = XMLParser(data: data)
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        parser.delegate = figure
        let isParsed = parser.parse()
        if figure.faults.isEmpty && (!isParsed || !figure.hasRoot) {
            figure.report(parser, "this is not well-formed XML: it is empty; draw something")
        } else if figure.faults.isEmpty && figure.title?.trimmed.isEmpty ?? true {
            figure.report(
                at: Position(line: 1),
                "the figure has no <title>; give it one, as the first element inside <svg>")
        }
        return figure.faults
    }

    /// Foundation's parser says of most errors only this way that they were there. What it finds
    /// wrong before and after the first may be its consequence.
    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        if isBroken { return }
        isBroken = true
        faults = []
        let reason =
            switch (error as NSError).code {
            case 5: "it ends too early, or goes on behind its root"
            case 26: "it names an unknown entity"
            case 39: "a value without quotation marks"
            case 73: "a tag without its >"
            case 76: "an element is closed that is not the one open"
            case let code: "error \(code) of libxml2"
            }
        report(parser, "this is not well-formed XML: \(reason); mend it")
    }

    private func report(_ parser: XMLParser, _ message: String) {
        report(
            at: Position(line: max(parser.lineNumber, 1), column: max(parser.columnNumber, 1)),
            message)
    }

    private func report(at position: Position, _ message: String) {
        faults.append(Diagnostic(path: path, position: position, message: message))
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        if open.isEmpty { judgeRoot(parser, element, namespaceURI, attributes) }
        open.append(element)
        hasRoot = true
        if open == ["svg", "title"] { title = title ?? "" }
        if ["script", "foreignObject", "iframe", "audio", "video"].contains(element) {
            report(parser, "<\(element)> does not belong in a figure; draw it with shapes and text")
        }
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
            judge(parser, name.lowercased(), value)
        }
    }

    private func judgeRoot(
        _ parser: XMLParser, _ element: String, _ namespace: String?, _ attributes: [String: String]
    ) {
        guard element == "svg", namespace == Self.namespace else {
            report(parser, "a figure's root is <svg xmlns=\"\(Self.namespace)\">")
            return
        }
        let numbers = attributes["viewBox", default: ""].split { $0 == " " || $0 == "," }
        if numbers.count != 4 || numbers.contains(where: { Double($0) == nil }) {
            report(parser, "the figure cannot scale; give <svg> a viewBox=\"0 0 WIDTH HEIGHT\"")
        }
    }

    private func judge(_ parser: XMLParser, _ name: String, _ value: String) {
        let isLink = name == "href" || name.hasSuffix(":href") || name == "src"
        if isLink && !value.hasPrefix("#") {
            report(parser, "\(name)=\"\(value)\" leads out of the figure; draw it inside")
        } else if name.hasPrefix("on") {
            report(parser, "'\(name)' is a script; a figure has none")
        } else {
            judgeStyle(parser, value)
        }
    }

    private func judgeStyle(_ parser: XMLParser, _ text: String) {
        let style = text.lowercased().filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" }
        let isOutside = style.split(separator: "url(", omittingEmptySubsequences: false)
            .dropFirst().contains { !$0.hasPrefix("#") }
        if style.contains("@import") || isOutside {
            report(parser, "a style that leads out of the figure; keep everything inside")
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        open.removeLast()
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if open == ["svg", "title"] { title? += text }
        if open.last == "style" { judgeStyle(parser, text) }
    }

    func parser(_ parser: XMLParser, foundCDATA data: Data) {
        self.parser(parser, foundCharacters: String(decoding: data, as: UTF8.self))
    }

    func parser(
        _ parser: XMLParser, foundProcessingInstructionWithTarget target: String, data: String?
    ) {
        report(parser, "<?\(target)?> leads out of the figure; take it away")
    }
}
