/// The bytes of a chapter, cut into lines as CommonMark cuts them (at LF, CR LF or CR),
/// with the faults that can be seen before any parsing.
struct MarkdownSource {
    let path: String
    let lines: [String]
    let faults: [Diagnostic]

    init(path: String, bytes: [UInt8]) {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
        var lines: [String] = []
        var faults: [Diagnostic] = []
        for line in Self.split(content) {
            let position = { (column: Int) in Position(line: lines.count + 1, column: column) }
            if let offset = line.firstIndex(of: 0) {
                faults.append(
                    Diagnostic(
                        path: path, position: position(offset - line.startIndex + 1),
                        message: "a NUL byte, which Markdown cannot hold; delete it"))
            }
            if let valid = String(validating: line, as: UTF8.self) {
                lines.append(valid)
            } else {
                faults.append(
                    Diagnostic(
                        path: path, position: position(Self.firstInvalidOffset(in: line) + 1),
                        message: "this is not UTF-8; save the chapter as UTF-8"))
                lines.append(String(decoding: line, as: UTF8.self))
            }
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
