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
        for (offset, text) in block.alignedLines.enumerated() {
            if let reference = block.references[offset] {
                for definition in chunks.definitions[reference.name, default: []] {
                    splice(
                        definition, indentation: indentation + reference.indentation,
                        into: &writer)
                }
            } else {
                writer.write(
                    text.isEmpty ? "" : indentation + text, origin: block.firstLine + offset)
            }
        }
    }
}

/// Puts each line where the compiler will name it rightly: in the place that it has in the
/// chapter if that is still ahead, else behind a directive.
private struct TangledFileWriter {
    private(set) var file = TangledFile()
    private let path: String
    /// The chapter's line that the compiler takes the next written line for.
    private var next = 1

    init(path: String) { self.path = path }

    mutating func write(_ text: String, origin: Int) {
        if file.lines.isEmpty { writeDirective(for: 2) }
        if origin != next { move(to: origin) }
        append(text, origin: origin)
    }

    /// Goes back into step with the chapter wherever there is room for it: coverage counts the
    /// lines of this file and knows nothing of directives.
    private mutating func move(to origin: Int) {
        let isInStep = next == file.lines.count + 1
        let end = isInStep ? origin - 1 : origin - 2
        while file.lines.count < end { append("", origin: nil) }
        if next != origin { writeDirective(for: origin) }
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
