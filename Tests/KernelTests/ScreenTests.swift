import NaiveStack
import Paging
import Testing

@testable import Kernel

/// The cells of a screen.
private final class Cells: Processor {
    var words = Array(repeating: UInt64(0), count: 512)

    func load(from address: VirtualAddress) -> UInt64 { words[Int(address.rawValue) / 8] }
    func store(_ value: UInt64, to address: VirtualAddress) {
        words[Int(address.rawValue) / 8] = value
    }
    func invalidate(_ address: VirtualAddress) {}
    var tableBase: FrameNumber { FrameNumber(0) }
    func setTableBase(_ frame: FrameNumber) {}

    func row(_ row: Int) -> String {
        var text = ""
        for cell in row * 80..<(row + 1) * 80 {
            let code = words[cell / 4] >> UInt64(cell % 4 * 16) & 0xff
            text.unicodeScalars.append(Unicode.Scalar(UInt8(code)))
        }
        while text.last == " " { text.removeLast() }
        return text
    }
}

@Test func theScreenShowsTheLastTwentyFiveLines() {
    let cells = Cells()
    var screen = Screen(at: VirtualAddress(0), on: cells)
    for number in 0..<40 { screen.print("line \(number)") }
    #expect((0..<24).map { cells.row($0) } == (16..<40).map { "line \($0)" })
    #expect(cells.row(24) == "")
    screen.write(UInt8(ascii: "x"))
    screen.write(0x08)
    screen.write(UInt8(ascii: "y"))
    #expect(cells.row(24) == "y")
    for _ in 0..<80 { screen.write(UInt8(ascii: "z")) }
    #expect(cells.row(23) == "y" + String(repeating: "z", count: 79))
    #expect(cells.row(24) == "z")
    #expect(cells.words[500...].allSatisfy { $0 == 0 })
}
