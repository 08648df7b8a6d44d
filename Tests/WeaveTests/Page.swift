import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// A page as a browser would find its way in it, read by an XML parser.
final class Page: NSObject, XMLParserDelegate {
    private(set) var elements: Set<String> = []
    private(set) var attributes: [String: [String: String]] = [:]
    private(set) var identifiers: [String] = []
    private(set) var links: [String] = []
    private(set) var relations: [String: String] = [:]
    private(set) var images: [[String: String]] = []
    /// The text of each `<pre>`.
    private(set) var code: [String] = []
    private var isInCode = false
    private var fault: (any Error)?

    struct NotWellFormed: Error {
        var line: Int
        var text: String
    }

    init(_ data: Data) throws {
        super.init()
        let parser = XMLParser(data: data)
        parser.delegate = self
        let isParsed = parser.parse()
        guard isParsed, fault == nil else {
            let lines = String(decoding: data, as: UTF8.self).components(separatedBy: "\n")
            let line = parser.lineNumber
            throw NotWellFormed(line: line, text: lines.indices.contains(line - 1) ? lines[line - 1] : "")
        }
    }

    func parser(
        _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        elements.insert(element)
        self.attributes[element] = attributes
        if let identifier = attributes["id"] { identifiers.append(identifier) }
        if let link = attributes["href"] {
            links.append(link)
            if element == "link", let relation = attributes["rel"] { relations[relation] = link }
        }
        if element == "img" { images.append(attributes) }
        if element == "pre" {
            isInCode = true
            code.append("")
        }
    }

    func parser(
        _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
        qualifiedName: String?
    ) {
        if element == "pre" { isInCode = false }
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) {
        if isInCode { code[code.count - 1] += text }
    }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        fault = fault ?? error
    }
}
