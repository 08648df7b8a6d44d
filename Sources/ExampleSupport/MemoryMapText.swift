import NaiveStack

/// A memory map as some machine prints it, read line by line.
///
/// It takes `BIOS-e820:` lines as Linux logs them, with or without timestamps and among other
/// lines; the same without their prefix; and the top-level lines of `/proc/iomem`.
public enum MemoryMapText {
    /// - Parameters:
    ///   - text: what the machine printed.
    ///   - name: the file's name for errors.
    /// - Throws: the first line that is no memory range, and what was expected.
    public static func parse(
        _ text: String, name: String
    ) throws(MemoryMapTextError) -> [MemoryMapEntry] {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        let isLog = lines.contains { $0.contains(logPrefix) }
        var entries: [MemoryMapEntry] = []
        for (offset, line) in lines.enumerated() {
            let range: Substring
            if isLog {
                guard let prefix = line.firstRange(of: logPrefix) else { continue }
                range = line[prefix.upperBound...]
                // Newer kernels also print what no entry covers.
                if range.trimmed.hasPrefix("[gap ") { continue }
            } else {
                let isNested = line.first?.isWhitespace == true && line.contains(" : ")
                if isNested || line.trimmed.isEmpty { continue }
                range = line
            }
            guard let entry = entry(in: range) else {
                throw MemoryMapTextError(
                    place: "\(name):\(offset + 1)",
                    problem: "'\(line.trimmed)' is no memory range; expected "
                        + "'BIOS-e820: [mem 0x0-0x9fbff] usable', "
                        + "'BIOS-e820: 0 - 9fc00 (usable)' or '0-9fbff : System RAM'")
            }
            entries.append(entry)
        }
        if entries.isEmpty {
            throw MemoryMapTextError(
                place: name,
                problem: "no memory map in it; expected lines of 'dmesg | grep BIOS-e820' "
                    + "or of /proc/iomem")
        }
        if entries.allSatisfy({ $0.start == 0 && $0.length == 1 }) {
            throw MemoryMapTextError(
                place: name, problem: "every address is zero; Linux shows them to root only: sudo")
        }
        return entries
    }

    private static var logPrefix: String { "BIOS-e820:" }

    /// The three notations: `[mem A-B] kind` and `A-B : name` name the last byte,
    /// the old `A - B (kind)` the byte behind it.
    private static func entry(in text: Substring) -> MemoryMapEntry? {
        let text = text.trimmed
        if text.hasPrefix("[mem ") {
            return entry(text.dropFirst(5), dash: "-", end: "]", kind: { $0.trimmed })
        }
        if text.contains(" : ") {
            return entry(text, dash: "-", end: " : ", kind: { $0.trimmed })
        }
        guard text.hasSuffix(")"),
            let old = entry(text, dash: " - ", end: " (", kind: { $0.dropLast().trimmed }),
            old.length > 0
        else { return nil }
        return MemoryMapEntry(start: old.start, length: old.length - 1, kind: old.kind)
    }

    private static func entry(
        _ text: Substring, dash: String, end: String, kind: (Substring) -> Substring
    ) -> MemoryMapEntry? {
        guard let dash = text.firstRange(of: dash) else { return nil }
        let rest = text[dash.upperBound...]
        guard let end = rest.firstRange(of: end),
            let first = address(text[..<dash.lowerBound]),
            let last = address(rest[..<end.lowerBound]), first <= last
        else { return nil }
        let name = kind(rest[end.upperBound...])
        if name.isEmpty { return nil }
        // All 2^64 bytes have no length in 64 bits; the firmware's own format lacks one byte too.
        let length = (last - first).addingReportingOverflow(1)
        return MemoryMapEntry(
            start: first, length: length.overflow ? .max : length.partialValue, kind: .named(name))
    }

    private static func address(_ text: Substring) -> UInt64? {
        let digits = text.hasPrefix("0x") ? text.dropFirst(2) : text
        guard digits.first?.isHexDigit == true else { return nil }
        return UInt64(digits, radix: 16)
    }
}

/// Why a text is no memory map: the file and line, what is wrong, and what was expected.
public struct MemoryMapTextError: Error, CustomStringConvertible {
    public var place: String
    public var problem: String

    public var description: String { "\(place): \(problem)" }
}

extension MemoryMapEntry.Kind {
    /// The kind under one of Linux's names for it; names that it does not know are reserved.
    /// Newer kernels print the range's size before the name.
    static func named(_ name: Substring) -> Self {
        let names: [(String, Self)] = [
            ("usable", .usable), ("System RAM", .usable),
            ("ACPI data", .acpiReclaimable), ("ACPI Tables", .acpiReclaimable),
            ("ACPI NVS", .acpiNonVolatile), ("ACPI Non-volatile Storage", .acpiNonVolatile),
            ("unusable", .unusable), ("Unusable memory", .unusable),
        ]
        return names.first { name == $0.0 || name.hasSuffix(" " + $0.0) }?.1 ?? .reserved
    }

    /// The name that this book prints.
    public var name: String {
        switch self {
        case .usable: "usable"
        case .reserved: "reserved"
        case .acpiReclaimable: "ACPI data"
        case .acpiNonVolatile: "ACPI NVS"
        case .unusable: "unusable"
        default: "kind \(rawValue)"
        }
    }
}

extension StringProtocol {
    var trimmed: SubSequence {
        var text = self[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return text
    }
}
