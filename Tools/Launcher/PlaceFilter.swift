/// Replaces addresses by places in what the kernel prints: whole lines of the form
/// `  at 0xffffffff80101234` or `  called from 0xffffffff80101234`. All else passes at once, so
/// that a line under way is seen as it grows.
struct PlaceFilter {
    private enum Kind: String, CaseIterable {
        /// The address of an instruction.
        case at = "  at 0x"
        /// The address behind a call.
        case calledFrom = "  called from 0x"
    }

    /// Names the places of an address, the innermost first; none if they are not known.
    let places: (UInt64) async -> [String]

    /// The beginning of a line that may still become one of ours.
    private var held: [UInt8] = []
    private var mayBeOurs = true

    init(places: @escaping (UInt64) async -> [String]) { self.places = places }

    /// - Returns: what can be shown now.
    mutating func pass(_ bytes: some Sequence<UInt8>) async -> [UInt8] {
        var shown: [UInt8] = []
        for byte in bytes {
            if !mayBeOurs {
                shown.append(byte)
                mayBeOurs = byte == UInt8(ascii: "\n")
                continue
            }
            held.append(byte)
            if byte == UInt8(ascii: "\n") {
                shown += await replacement(for: held)
                held = []
            } else if !Self.canBecomeOurs(held) {
                shown += held
                held = []
                mayBeOurs = false
            }
        }
        return shown
    }

    /// What was held back when the output ended.
    mutating func finish() -> [UInt8] {
        defer { held = [] }
        return held
    }

    private static func canBecomeOurs(_ line: [UInt8]) -> Bool {
        Kind.allCases.contains { kind in
            let prefix = Array(kind.rawValue.utf8)
            if line.count <= prefix.count { return prefix.starts(with: line) }
            let digits = line.dropFirst(prefix.count).prefix { $0 != UInt8(ascii: "\r") }
            return line.starts(with: prefix) && digits.count <= 16
                && digits.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
    }

    private func replacement(for line: [UInt8]) async -> [UInt8] {
        let text = String(decoding: line, as: UTF8.self)
        let body = text.prefix { !$0.isNewline }
        for kind in Kind.allCases where body.hasPrefix(kind.rawValue) {
            let digits = body.dropFirst(kind.rawValue.count)
            guard digits.count == 16, let address = UInt64(digits, radix: 16), address > 0
            else { break }
            // A call is the last thing before the address where it returns to.
            let found = await places(kind == .at ? address : address - 1)
            if found.isEmpty { break }
            let ending = text.dropFirst(body.count)
            return Array(
                found.enumerated().map { index, place in
                    let isInstruction = kind == .at && index == 0
                    return "  \(isInstruction ? "at" : "called from") \(place)\(ending)"
                }.joined().utf8)
        }
        return line
    }
}
