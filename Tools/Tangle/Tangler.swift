/// What a chapter's code is tangled into.
public enum Destination: String, CaseIterable, Sendable {
    case module, example, test

    var form: BlockForm {
        switch self {
        case .module: .module
        case .example: .example
        case .test: .test
        }
    }
}

/// A tangled file: its lines, and for each the chapter's line that it comes from.
public struct TangledFile: Equatable, Sendable {
    public struct Line: Equatable, Sendable {
        public var text: String
        /// The line of the chapter, counted from 1; nil for the press's own directives.
        public var origin: Int?
    }

    public internal(set) var lines: [Line] = []

    public var text: String {
        lines.isEmpty ? "" : lines.map(\.text).joined(separator: "\n") + "\n"
    }
}

extension Chapter {
    /// The chapter's code for one destination, in document order.
    ///
    /// The file has one line for each line of the chapter, blank where there is prose, so that
    /// compiler, debugger and coverage name the chapter's line. Only a spliced chunk moves what
    /// follows it; there, line directives keep the names right.
    public func tangled(for destination: Destination) -> TangledFile {
        tangled(blocks.filter { $0.form == destination.form })
    }

    /// The same for chosen blocks, such as an exercise and its test.
    public func tangled(_ chosen: [Block]) -> TangledFile {
        var writer = TangledFileWriter(path: path)
        for block in chosen.sorted(by: { $0.position < $1.position }) {
            splice(block, indentation: "", into: &writer)
        }
        return writer.file
    }

    private func splice(_ block: Block, indentation: String, into writer: inout TangledFileWriter) {
        let parsed = ChunkTable.lines(of: block)
        for (offset, text) in block.alignedLines.enumerated() {
            if case .reference(let name, let inner) = parsed[offset] {
                for definition in chunks.definitions[name, default: []] {
                    splice(definition, indentation: indentation + inner, into: &writer)
                }
            } else {
                writer.write(
                    text.isEmpty ? "" : indentation + text, origin: block.firstLine + offset)
            }
        }
    }
}

/// Puts each line where the compiler will name it rightly: by blank lines if the place is still
/// ahead, by a directive if it is not.
private struct TangledFileWriter {
    private(set) var file = TangledFile()
    private let path: String
    /// The chapter's line that the compiler takes the next written line for.
    private var next = 1

    init(path: String) { self.path = path }

    mutating func write(_ text: String, origin: Int) {
        if file.lines.isEmpty { writeDirective(for: 2) }
        let isInStep = next == file.lines.count + 1
        if isInStep && origin >= next {
            while next < origin { append("", origin: nil) }
        } else if origin != next {
            writeDirective(for: origin)
        }
        append(text, origin: origin)
    }

    private mutating func append(_ text: String, origin: Int?) {
        file.lines.append(.init(text: text, origin: origin))
        next += 1
    }

    private mutating func writeDirective(for line: Int) {
        file.lines.append(
            .init(text: "#sourceLocation(file: \"\(path)\", line: \(line))", origin: nil))
        next = line
    }
}
