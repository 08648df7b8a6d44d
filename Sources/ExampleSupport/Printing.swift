#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

extension UInt64 {
    /// `0x` and at least so many hexadecimal digits.
    public func hexadecimal(digits: Int = 16) -> String {
        let text = String(self, radix: 16)
        return "0x" + String(repeating: "0", count: Swift.max(0, digits - text.count)) + text
    }
}

extension String {
    /// Filled up with spaces on the right.
    public func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }

    /// Filled up with spaces on the left.
    public func aligned(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }

    public var withoutTrailingSpaces: String {
        var text = self
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// `1 frame`, `2 frames`.
public func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}

/// A number of bytes in the largest binary unit that keeps it at 1 or more, to one decimal.
public func size(_ bytes: UInt64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
    var unit = 0
    while unit + 1 < units.count && bytes >> (10 * (unit + 2)) > 0 { unit += 1 }
    let tenths = UInt64((Double(bytes) / Double(UInt64(1) << (10 * (unit + 1))) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
}

/// A line that opens a part of the output; bold on a terminal, plain elsewhere.
public func heading(_ text: String) -> String {
    let isOnTerminal = isatty(STDOUT_FILENO) == 1 && getenvIsEmpty("NO_COLOR")
    return isOnTerminal ? "\u{1B}[1m\(text)\u{1B}[0m" : text
}

private func getenvIsEmpty(_ name: String) -> Bool {
    unsafe getenv(name).map { unsafe $0.pointee == 0 } ?? true
}
