import CMark
import Foundation

/// libcmark's syntax tree of one chapter. It owns its nodes, and each node keeps it alive.
@safe
public final class MarkdownTree {
    private let pointer: OpaquePointer

    /// - Parameter text: the chapter's bytes; invalid UTF-8 is replaced by U+FFFD.
    public init(_ bytes: [UInt8]) {
        let options = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8
        let pointer = unsafe bytes.withUnsafeBytes { buffer in
            unsafe cmark_parse_document(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, options)
        }
        guard let pointer = unsafe pointer else { fatalError("libcmark has no memory left") }
        unsafe self.pointer = unsafe pointer
    }

    deinit { unsafe cmark_node_free(pointer) }

    public var root: MarkdownNode { unsafe MarkdownNode(pointer, of: self) }

    /// Every node in document order, parents before their children.
    public var nodes: [MarkdownNode] {
        var nodes: [MarkdownNode] = []
        let iterator = unsafe cmark_iter_new(pointer)
        defer { unsafe cmark_iter_free(iterator) }
        while true {
            let event = unsafe cmark_iter_next(iterator)
            if event == CMARK_EVENT_DONE { return nodes }
            if event == CMARK_EVENT_ENTER, let node = unsafe cmark_iter_get_node(iterator) {
                nodes.append(unsafe MarkdownNode(node, of: self))
            }
        }
    }

    /// The tree as HTML, raw HTML included: a chapter's author is trusted with it.
    public var html: String {
        guard let text = unsafe cmark_render_html(pointer, CMARK_OPT_UNSAFE) else { return "" }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }
}

/// One node of a `MarkdownTree`: libcmark's getters under Swift's names.
@safe
public struct MarkdownNode {
    private let pointer: OpaquePointer
    private let tree: MarkdownTree

    fileprivate init(_ pointer: OpaquePointer, of tree: MarkdownTree) {
        unsafe self.pointer = unsafe pointer
        self.tree = tree
    }

    public var kind: cmark_node_type { unsafe cmark_node_get_type(pointer) }
    public var literal: String { unsafe Self.string(cmark_node_get_literal(pointer)) }
    public var fenceInformation: String { unsafe Self.string(cmark_node_get_fence_info(pointer)) }
    public var url: String { unsafe Self.string(cmark_node_get_url(pointer)) }
    public var title: String { unsafe Self.string(cmark_node_get_title(pointer)) }
    public var headingLevel: Int { unsafe Int(cmark_node_get_heading_level(pointer)) }
    public var endLine: Int { unsafe Int(cmark_node_get_end_line(pointer)) }
    public var position: Position {
        unsafe Position(
            line: Int(cmark_node_get_start_line(pointer)),
            column: Int(cmark_node_get_start_column(pointer)))
    }

    public var parent: MarkdownNode? {
        unsafe cmark_node_parent(pointer).map { unsafe MarkdownNode($0, of: tree) }
    }

    public var children: [MarkdownNode] {
        var children: [MarkdownNode] = []
        var next = unsafe cmark_node_first_child(pointer)
        while let child = unsafe next {
            children.append(unsafe MarkdownNode(child, of: tree))
            unsafe next = unsafe cmark_node_next(child)
        }
        return children
    }

    /// The words of a node without their markup, as a reader would say them.
    public var plainText: String {
        switch kind {
        case CMARK_NODE_TEXT, CMARK_NODE_CODE: literal
        case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: " "
        default: children.map(\.plainText).joined()
        }
    }

    public func setURL(_ url: String) { unsafe _ = cmark_node_set_url(pointer, url) }

    /// Puts finished HTML in this node's place and frees the node.
    public func replace(withHTML html: String) {
        guard let block = unsafe cmark_node_new(CMARK_NODE_HTML_BLOCK) else { return }
        unsafe _ = cmark_node_set_literal(block, html)
        unsafe _ = cmark_node_replace(pointer, block)
        unsafe cmark_node_free(pointer)
    }

    private static func string(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
