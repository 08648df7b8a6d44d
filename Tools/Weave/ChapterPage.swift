import CMark
import Tangle

/// One chapter as a page: libcmark's HTML, with the book's own headings, links, figures and blocks.
struct ChapterPage {
    let html: String

    /// - Parameters:
    ///   - chapter: a chapter without faults, its links checked.
    ///   - module: the module that it joins, if it is known.
    init(_ chapter: Chapter, module: String?, previous: Chapter?, next: Chapter?) {
        let body = Self.body(of: chapter, module: module)
        html = Templates.page(chapter, body: body, previous: previous, next: next)
    }

    private static func body(of chapter: Chapter, module: String?) -> String {
        let tree = MarkdownTree(Array(chapter.lines.joined(separator: "\n").utf8))
        let nodes = tree.nodes
        // Links first: a heading is made into HTML with the links in it.
        for node in nodes where node.kind == CMARK_NODE_LINK {
            if let link = CrossReference(node.url) { node.setURL(destination(of: link)) }
        }
        var headings = chapter.headings.makeIterator()
        var figures = chapter.figures.makeIterator()
        var blocks = chapter.blocks.makeIterator()
        for node in nodes {
            switch node.kind {
            case CMARK_NODE_HEADING:
                if let heading = headings.next() { node.replace(withHTML: html(heading, node)) }
            case CMARK_NODE_PARAGRAPH where isFigure(node):
                if let figure = figures.next() { node.replace(withHTML: html(figure)) }
            case CMARK_NODE_CODE_BLOCK:
                if let block = blocks.next() {
                    node.replace(withHTML: BlockHTML(block, module: module).html)
                }
            default: break
            }
        }
        return tree.root.html
    }

    private static func destination(of link: CrossReference) -> String {
        let page = link.fileName.flatMap { ChapterName(fileName: $0)?.pageName } ?? ""
        return page + (link.identifier.map { "#\($0)" } ?? "")
    }

    private static func isFigure(_ paragraph: MarkdownNode) -> Bool {
        guard let child = paragraph.firstChild else { return false }
        return child.kind == CMARK_NODE_IMAGE && child.isOnlyChild
    }

    /// libcmark writes `<h2>…</h2>`; the identifier goes into the first tag, and behind the words
    /// a link that names the section.
    private static func html(_ heading: Chapter.Heading, _ node: MarkdownNode) -> String {
        let opening = "<h\(heading.level)>"
        let closing = "</h\(heading.level)>\n"
        let words = node.html.dropFirst(opening.count).dropLast(closing.count)
        let identifier = heading.identifier.escapedForHTML
        let anchor =
            "<a class=\"anchor\" href=\"#\(identifier)\" "
            + "aria-label=\"Link to “\(heading.text.escapedForHTML)”\">#</a>"
        return "<h\(heading.level) id=\"\(identifier)\">\(words) \(anchor)\(closing)"
    }

    private static func html(_ figure: Chapter.Figure) -> String {
        """
        <figure class="drawing">
        <img src="\(figure.destination.escapedForHTML)" alt="\(figure.alternative.escapedForHTML)" />
        <figcaption>\(figure.caption.escapedForHTML)</figcaption>
        </figure>

        """
    }
}
