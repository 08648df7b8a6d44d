import NaiveStack

@testable import Kernel

/// What a trial needs to be repeated, as the kernel prints it before the first probe.
struct TrialHead {
    var seed: UInt64
    var count: Int
    var physicalAddressBits: Int
    var frames: JudgeFrames
}

/// What the kernel printed of a trial.
struct RecordedTrial {
    var head: TrialHead
    var probes: [RecordedProbe]

    struct Malformed: Error, CustomStringConvertible {
        var description: String
    }

    init(_ output: String) throws {
        let lines = output.split(separator: "\n")
        let pattern = #/judge: seed (\d+), (\d+) probes, (\d+) bits of physical address/#
        guard let start = lines.firstIndex(where: { $0.wholeMatch(of: pattern) != nil }),
            let match = lines[start].wholeMatch(of: pattern),
            let seed = UInt64(match.1), let count = Int(match.2), let bits = Int(match.3)
        else { throw Malformed(description: "no trial in the kernel's output:\n\(output)") }
        var frames: [FrameNumber] = []
        var probes: [RecordedProbe] = []
        for line in lines[(start + 1)...] {
            if line.hasPrefix("frame "), let number = UInt64(line.dropFirst(6)) {
                frames.append(FrameNumber(number))
            } else if probes.count < count {
                probes.append(try RecordedProbe(line))
            }
        }
        guard frames.count == 11, probes.count == count else {
            throw Malformed(description: "\(frames.count) frames and \(probes.count) probes")
        }
        var own = JudgeFrames(root: frames[0])
        own.pool = frames[1]
        for index in own.tables.indices { own.tables[index] = frames[2 + index] }
        head = TrialHead(seed: seed, count: count, physicalAddressBits: bits, frames: own)
        self.probes = probes
    }
}

/// What the kernel printed of one probe.
struct RecordedProbe: Equatable {
    /// What it came to; nil if the access was lost.
    var outcome: Outcome?
    /// The accessed and dirty flags afterwards, a bit for each entry, the root's the highest.
    var accessed: UInt8
    var dirty: UInt8
    /// Whether an entry changed in any other bit.
    var isSpoiled: Bool

    /// A line of the kernel's output.
    init(_ line: some StringProtocol) throws {
        let pattern = #/(?:(r|p)(\d+)(?:@0x([0-9a-f]+))?|(g)|lost) (\d+)( spoiled)?/#
        let text = String(line)
        guard let match = text.wholeMatch(of: pattern), let flags = UInt8(match.5) else {
            throw RecordedTrial.Malformed(description: "no probe: \(text)")
        }
        let number = match.2.flatMap { UInt64($0) } ?? 0
        switch (match.1, match.4) {
        case ("r", _): outcome = .reached(number)
        case ("p", _):
            outcome = .pageFault(
                code: UInt32(number), at: match.3.flatMap { UInt64($0, radix: 16) })
        case (_, "g"): outcome = .generalProtection
        default: outcome = nil
        }
        (accessed, dirty) = (flags >> 4, flags & 15)
        isSpoiled = match.6 != nil
    }

    /// The simulated machine's own record, as it would be printed.
    init(_ probe: ProbeRecord) throws {
        let line = probe.line
        try self.init(
            String(decoding: (0..<line.text.count).map { line.text.bytes[$0] }, as: UTF8.self))
    }
}

/// What an access comes to.
enum Outcome: Hashable {
    /// It reached a word of the pool.
    case reached(UInt64)
    /// At the address of the access, or at another one.
    case pageFault(code: UInt32, at: UInt64?)
    case generalProtection
}
