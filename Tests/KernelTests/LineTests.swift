import Testing

@testable import Kernel

@Suite struct LineTests {
    @Test func decimalNumbers() {
        #expect(text("\(0)") == "0")
        #expect(text("\(UInt64.max)") == "18446744073709551615")
        #expect(text("\(Int.min)") == "-9223372036854775808")
        #expect(text("[\(42, width: 5)]") == "[   42]")
        #expect(text("[\(123456, width: 5)]") == "[123456]")
    }

    @Test func hexadecimalNumbers() {
        #expect(text("\(hexadecimal: 0)") == "0x000000000000")
        #expect(text("\(hexadecimal: 0xabc, digits: 1)") == "0xabc")
        #expect(text("\(hexadecimal: UInt64.max)") == "0xffffffffffffffff")
    }

    @Test func sizesAreNeverRounded() {
        #expect(text("\(bytes: 0)") == "0 B  ")
        #expect(text("\(bytes: 1023)") == "1023 B  ")
        #expect(text("\(bytes: 654336)") == "639 KiB")
        #expect(text("\(bytes: 128 << 20)") == "128 MiB")
        #expect(text("\(bytes: 12 << 30)") == "12 GiB")
        #expect(text("\(bytes: 1 << 60)") == "1048576 TiB")
    }

    @Test func whatDoesNotFitIsCut() {
        let line: Line = """
            0123456789012345678901234567890123456789012345678901234567890123456789\
            0123456789012345678901234567890123456789012345678901234567890123456789
            """
        #expect(text(line).utf8.count == 120)
    }
}
