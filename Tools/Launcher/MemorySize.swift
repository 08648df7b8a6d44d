import ArgumentParser

/// An amount of memory in whole mebibytes.
struct MemorySize: Equatable, CustomStringConvertible {
    /// From 4 Mi, the least that the kernel boots with, to 16 Ti, which 46 address bits hold with
    /// room for the machine's holes.
    static let range = 4...16 << 20

    let mebibytes: Int

    init(mebibytes: Int) {
        precondition(Self.range.contains(mebibytes), "a memory size out of range")
        self.mebibytes = mebibytes
    }

    /// Reads `128M`, `4G`, `1T`, or a bare number of mebibytes.
    init(parsing text: String) throws(ValidationError) {
        var digits = text[...]
        var unit = 1
        switch digits.last {
        case "M", "m": digits.removeLast()
        case "G", "g": digits.removeLast(); unit = 1 << 10
        case "T", "t": digits.removeLast(); unit = 1 << 20
        default: break
        }
        guard digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let number = Int(digits) else {
            throw ValidationError("that is no size; write it as 128M, 4G or 1T")
        }
        let (mebibytes, overflow) = number.multipliedReportingOverflow(by: unit)
        guard !overflow, Self.range.contains(mebibytes) else {
            throw ValidationError("the smallest machine has 4M, the largest 16T")
        }
        self.mebibytes = mebibytes
    }

    /// The size as QEMU reads it.
    var description: String { "\(mebibytes)M" }
}
