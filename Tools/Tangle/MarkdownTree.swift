import CMark
import Foundation

/// libcmark's syntax tree of one text. It owns its nodes, and each node keeps it alive.
@safe
public final class MarkdownTree {
    private let pointer: OpaquePointer
    /// Nodes taken out of the tree; somebody may still hold them, so they live as long as it does.
    private var detached: [OpaquePointer] = unsafe []

    /// - Parameter bytes: Markdown; invalid UTF-8 is replaced by U+FFFD.
    public init(_ bytes: [UInt8]) {
        let options = CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8
        let pointer = unsafe bytes.withUnsafeBytes { buffer in
            unsafe cmark_parse_document(
                buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, options)
        }
        guard let pointer = unsafe pointer else { fatalError("libcmark has no memory left") }
        unsafe self.pointer = unsafe pointer
    }

    deinit {
        for unsafe node in unsafe detached { unsafe cmark_node_free(node) }
        unsafe cmark_node_free(pointer)
    }

    public var root: MarkdownNode { unsafe MarkdownNode(pointer, of: self) }

    /// Every node in document order, parents before their children.
    public var nodes: [MarkdownNode] { root.subtree }

    fileprivate func detach(_ node: OpaquePointer) {
        unsafe detached.append(node)
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

    public var parent: MarkdownNode? { unsafe node(cmark_node_parent(pointer)) }
    public var firstChild: MarkdownNode? { unsafe node(cmark_node_first_child(pointer)) }
    public var nextSibling: MarkdownNode? { unsafe node(cmark_node_next(pointer)) }

    public var isOnlyChild: Bool {
        unsafe cmark_node_next(pointer) == nil && cmark_node_previous(pointer) == nil
    }

    private func node(_ pointer: OpaquePointer?) -> MarkdownNode? {
        unsafe pointer.map { unsafe MarkdownNode($0, of: tree) }
    }

    /// The node and all below it in document order. A loop, not a recursion: text can nest
    /// deeper than a stack is.
    public var subtree: [MarkdownNode] {
        var nodes: [MarkdownNode] = []
        let iterator = unsafe cmark_iter_new(pointer)
        defer { unsafe cmark_iter_free(iterator) }
        while true {
            let event = unsafe cmark_iter_next(iterator)
            if event == CMARK_EVENT_DONE { return nodes }
            if event == CMARK_EVENT_ENTER, let node = unsafe cmark_iter_get_node(iterator) {
                nodes.append(unsafe MarkdownNode(node, of: tree))
            }
        }
    }

    /// The words of a node without their markup, as a reader would say them.
    public var plainText: String {
        var text = ""
        for node in subtree {
            switch node.kind {
            case CMARK_NODE_TEXT, CMARK_NODE_CODE: text += node.literal
            case CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK: text += " "
            default: break
            }
        }
        return text
    }

    /// The node as HTML, raw HTML included: a chapter's author is trusted with it.
    public var html: String {
        guard let text = unsafe cmark_render_html(pointer, CMARK_OPT_UNSAFE) else { return "" }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    public func setURL(_ url: String) { unsafe _ = cmark_node_set_url(pointer, url) }

    /// Puts finished HTML in this node's place. The node and what is below it leave the tree.
    public func replace(withHTML html: String) {
        guard let block = unsafe cmark_node_new(CMARK_NODE_HTML_BLOCK) else { return }
        unsafe _ = cmark_node_set_literal(block, html)
        if unsafe cmark_node_replace(pointer, block) == 1 {
            unsafe tree.detach(pointer)
        } else {
            unsafe cmark_node_free(block)
        }
    }

    private static func string(_ pointer: UnsafePointer<CChar>?) -> String {
        unsafe pointer.map { unsafe String(cString: $0) } ?? ""
    }
}
