/// The named chunks of one chapter and the rules they obey.
struct ChunkTable: Sendable {
    /// The blocks of each chunk, in document order.
    private(set) var definitions: [String: [Chapter.Block]] = [:]

    /// How deep chunks may splice chunks: a reader could not follow more, nor could the stack.
    static let deepest = 32
    /// How much splicing may make of one chapter, in bytes. A few chunks that each splice the
    /// next one twice would otherwise fill every memory.
    static let largest = 1 << 24

    /// - Parameters:
    ///   - blocks: all blocks of the chapter.
    ///   - isComplete: whether they are all that its author meant to be there. If a fence is not
    ///     closed, a chunk that seems unknown or unused may only be hidden.
    ///   - report: takes each fault.
    init(blocks: [Chapter.Block], isComplete: Bool, report: (Position, String) -> Void) {
        var order: [String] = []
        for block in blocks {
            guard case .chunk(let name, let appends) = block.form else { continue }
            switch (definitions[name], appends) {
            case (nil, true) where isComplete:
                report(
                    block.position,
                    "nothing to append to: chunk '\(name)' is not defined before; "
                        + "take 'append' away")
            case (let earlier?, false):
                report(
                    block.position,
                    "chunk '\(name)' is already defined in line "
                        + "\(earlier[0].position.line); write 'append' to add to it")
            default: break
            }
            if definitions[name] == nil { order.append(name) }
            definitions[name, default: []].append(block)
        }
        if isComplete { reportStrangers(blocks, order, report) }
        reportCirclesAndSizes(blocks, order, report)
    }

    /// Reports chunks that are used and not defined, or defined and not used.
    private func reportStrangers(
        _ blocks: [Chapter.Block], _ order: [String], _ report: (Position, String) -> Void
    ) {
        var used: Set<String> = []
        for block in blocks {
            for (line, reference) in block.references {
                used.insert(reference.name)
                guard definitions[reference.name] == nil else { continue }
                let near = Nearest(to: reference.name, in: order)
                let hint = order.isEmpty ? "this chapter defines none" : "there is \(near)"
                report(
                    block.position(line: line, offset: reference.indentation.utf8.count),
                    "no chunk is named '\(reference.name)'; \(hint)")
            }
        }
        for name in order where !used.contains(name) {
            report(
                definitions[name, default: []][0].position,
                "chunk '\(name)' is never used; refer to it with // <<\(name)>>, or delete it")
        }
    }

    private func reportCirclesAndSizes(
        _ blocks: [Chapter.Block], _ order: [String], _ report: (Position, String) -> Void
    ) {
        let graph = ChunkGraph(definitions.mapValues { $0.flatMap(\.references.values).map(\.name) })
        for circle in graph.circles(order) {
            report(
                definitions[circle[0], default: []][0].position,
                "chunk '\(circle[0])' is spliced into itself "
                    + "(\((circle + [circle[0]]).joined(separator: " → "))); break the circle")
        }
        var extents: [String: Extent] = [:]
        for name in graph.leavesFirst {
            let extent = definitions[name, default: []].reduce(Extent()) {
                $0.joined(with: Extent(of: $1, extents))
            }
            extents[name] = extent
            if extent.depth == Self.deepest + 1 {
                report(
                    definitions[name, default: []][0].position,
                    "chunk '\(name)' splices chunks more than \(Self.deepest) deep; "
                        + "splice some of them side by side")
            }
        }
        var size = 0
        for block in blocks where !block.form.isChunk {
            let earlier = size
            size = min(size + Extent(of: block, extents).bytes, Self.largest + 1)
            if earlier <= Self.largest && size > Self.largest {
                report(
                    block.position,
                    "with this block, splicing makes more than \(Self.largest >> 20) MiB of Swift "
                        + "of this chapter; splice its chunks less often")
            }
        }
    }

    /// What becomes of a block when its chunks are spliced, counted no further than the limits.
    private struct Extent {
        var lines = 0
        var bytes = 0
        var depth = 0

        init() {}

        init(of block: Chapter.Block, _ chunks: [String: Extent]) {
            for (offset, text) in block.lines.enumerated() {
                var extent = Extent()
                if let reference = block.references[offset] {
                    extent = chunks[reference.name] ?? Extent()
                    extent.bytes += extent.lines * (reference.indentation.utf8.count)
                    extent.depth += 1
                } else {
                    extent.lines = 1
                    extent.bytes = text.utf8.count + block.position.column
                }
                self = joined(with: extent)
            }
        }

        func joined(with other: Extent) -> Extent {
            var sum = self
            sum.lines = min(lines + other.lines, ChunkTable.largest + 1)
            sum.bytes = min(bytes + other.bytes, ChunkTable.largest + 1)
            sum.depth = min(max(depth, other.depth), ChunkTable.deepest + 2)
            return sum
        }
    }
}

/// Which chunk splices which.
private struct ChunkGraph {
    private let uses: [String: [String]]
    /// The chunks that reach no circle, each behind those that it splices.
    private(set) var leavesFirst: [String] = []

    /// - Parameter uses: for each chunk the names it refers to.
    init(_ uses: [String: [String]]) {
        let known = uses.mapValues { Set($0.filter { uses[$0] != nil }) }
        self.uses = known.mapValues { $0.sorted() }
        leavesFirst = Self.peeled(known)
    }

    /// The circles, each as the chunks on it, every chunk at most once.
    func circles(_ order: [String]) -> [[String]] {
        // Only what lies on a circle, or between two, cannot be peeled off from either end.
        var rest = uses
        for name in leavesFirst { rest[name] = nil }
        var users: [String: Set<String>] = rest.mapValues { _ in [] }
        for (user, names) in rest {
            for name in names { users[name]?.insert(user) }
        }
        for name in Self.peeled(users) { rest[name] = nil }
        var circles: [[String]] = []
        for name in order where rest[name] != nil {
            let circle = Self.circle(through: name, rest)
            for member in circle.isEmpty ? [name] : circle { rest[member] = nil }
            if !circle.isEmpty { circles.append(circle) }
        }
        return circles
    }

    /// The nodes that lead into no circle, in the order in which they become leaves.
    private static func peeled(_ graph: [String: Set<String>]) -> [String] {
        var sources: [String: [String]] = [:]
        for (source, goals) in graph {
            for goal in goals { sources[goal, default: []].append(source) }
        }
        var open = graph.mapValues(\.count)
        var leaves = open.filter { $0.value == 0 }.map(\.key)
        var next = 0
        while next < leaves.count {
            for source in sources[leaves[next], default: []] {
                open[source, default: 0] -= 1
                if open[source] == 0 { leaves.append(source) }
            }
            next += 1
        }
        return leaves
    }

    /// The shortest way from a chunk back to itself, or nothing.
    private static func circle(through start: String, _ uses: [String: [String]]) -> [String] {
        var cameFrom: [String: String] = [:]
        var pending = [start]
        var next = 0
        while next < pending.count {
            let name = pending[next]
            next += 1
            for used in uses[name, default: []] where uses[used] != nil {
                if used == start {
                    var way = [name]
                    while way.last != start, let earlier = cameFrom[way[way.count - 1]] {
                        way.append(earlier)
                    }
                    return way.reversed()
                }
                if cameFrom[used] == nil {
                    cameFrom[used] = name
                    pending.append(used)
                }
            }
        }
        return []
    }
}
