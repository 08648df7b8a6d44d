/// The bytes of a chapter, cut into lines as CommonMark cuts them (at LF, CR LF or CR),
/// with the faults that can be seen before any parsing.
struct MarkdownSource {
    let path: String
    /// The lines without terminators; where a line has a fault, with U+FFFD for the bytes at fault.
    let lines: [String]
    let faults: [Diagnostic]

    /// What libcmark is given: these very lines, so that its positions are positions in them,
    /// whatever byte order mark, terminators or broken bytes the file had.
    var text: [UInt8] { Array(lines.joined(separator: "\n").utf8) }

    init(path: String, bytes: [UInt8]) {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
        var lines: [String] = []
        var faults: [Diagnostic] = []
        for line in Self.split(content) {
            var text = String(decoding: line, as: UTF8.self)
            let report = { (column: Int, message: String) in
                let position = Position(line: lines.count + 1, column: column)
                faults.append(Diagnostic(path: path, position: position, message: message))
            }
            if let offset = line.firstIndex(of: 0) {
                report(
                    offset - line.startIndex + 1,
                    "a NUL byte, which Markdown cannot hold; delete it")
                text = String(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : Character($0) })
            }
            if String(validating: line, as: UTF8.self) == nil {
                report(
                    Self.firstInvalidOffset(in: line) + 1,
                    "this is not UTF-8; save the chapter as UTF-8")
            }
            lines.append(text)
        }
        self.path = path
        self.lines = lines
        self.faults = faults
    }

    private static func split(_ bytes: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        let lineFeed = UInt8(ascii: "\n")
        let carriageReturn = UInt8(ascii: "\r")
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        var index = start
        while index < bytes.endIndex {
            let byte = bytes[index]
            let next = index + 1
            guard byte == lineFeed || byte == carriageReturn else {
                index = next
                continue
            }
            lines.append(bytes[start..<index])
            let isPair = byte == carriageReturn && next < bytes.endIndex && bytes[next] == lineFeed
            index = isPair ? next + 1 : next
            start = index
        }
        if start < bytes.endIndex { lines.append(bytes[start...]) }
        return lines
    }

    private static func firstInvalidOffset(in line: ArraySlice<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = line.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            offset += UTF8.width(scalar)
        }
        return offset
    }
}
