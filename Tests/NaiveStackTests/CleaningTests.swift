import TestSupport
import Testing

@testable import NaiveStack

// The properties of cleaning, beside the examples in Chapters/01-naive-stack.md.

/// The chapter's sentence, decided at every byte where the answer can change: the frame's first
/// and the ends of the entries in it. A usable entry that runs past 2^64 counts for nothing,
/// a reserved one reaches to the end.
private func isUsableByTheSentence(_ frame: UInt64, in entries: [MemoryMapEntry]) -> Bool {
    if frame >= FrameNumber.limit { return false }
    let bytes = frame * Frame.size..<(frame + 1) * Frame.size
    func overflows(_ entry: MemoryMapEntry) -> Bool {
        let (end, overflow) = entry.start.addingReportingOverflow(entry.length)
        return overflow && end != 0
    }
    func covers(_ entry: MemoryMapEntry, _ byte: UInt64) -> Bool {
        if overflows(entry) { return entry.kind != .usable && byte >= entry.start }
        return byte >= entry.start && byte - entry.start < entry.length
    }
    let edges = entries.flatMap { [$0.start, $0.start &+ $0.length] }.filter(bytes.contains)
    return ([bytes.lowerBound] + edges).allSatisfy { byte in
        let covering = entries.filter { covers($0, byte) }
        return !covering.isEmpty && covering.allSatisfy { $0.kind == .usable }
    }
}

private func randomKind(_ random: inout SplitMix64) -> MemoryMapEntry.Kind {
    random.isOnce(in: 3)
        ? MemoryMapEntry.Kind(rawValue: UInt32.random(in: 0...13, using: &random)) : .usable
}

@Test func cleaningIsTheSentenceInALittleUniverse() throws {
    var random = SplitMix64(seed: RandomRun.seed)
    for iteration in 0..<RandomRun.iterations(2000) {
        let entries = (0..<Int.random(in: 0...8, using: &random)).map { _ in
            MemoryMapEntry(
                start: UInt64.random(in: 0...0x9000, using: &random),
                length: UInt64.random(in: 0...0x4000, using: &random), kind: randomKind(&random))
        }
        let map = try MemoryMap(cleaning: entries.span)
        let cleaned = (0..<map.count).flatMap { map[$0].map(\.rawValue) }
        let expected = (0..<UInt64(16)).filter { isUsableByTheSentence($0, in: entries) }
        guard cleaned == expected && map.frameCount == expected.count else {
            Issue.record("seed \(RandomRun.seed), iteration \(iteration): \(entries)")
            return
        }
    }
}

/// A map as firmware might give it, with the faults that firmware makes: unaligned ends, overlaps,
/// seams, empty entries, unknown kinds, addresses near 2^52 and lengths that wrap at 2^64.
private func faultyMap(_ random: inout SplitMix64) -> [MemoryMapEntry] {
    let corners: [UInt64] = [0, 0x9fc00, 1 << 20, 1 << 32, 1 << 40, 1 << 52, 1 << 63, .max]
    return (0..<Int.random(in: 1...12, using: &random)).map { _ in
        var start = corners.randomElement(using: &random)!
        start &+= UInt64.random(in: 0...0x6000, using: &random) &- 0x3000
        var length = UInt64.random(in: 0...0x8000, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: length = corners.randomElement(using: &random)!
        case 1: length = 0 &- start
        case 2: length = .random(in: .min ... .max, using: &random)
        case 3: start = .random(in: .min ... .max, using: &random)
        default: break
        }
        return MemoryMapEntry(start: start, length: length, kind: randomKind(&random))
    }
}

/// Every invariant of a cleaned map; nil if all hold.
private func brokenInvariant(of map: MemoryMap, cleanedFrom entries: [MemoryMapEntry]) -> String? {
    var frameCount = 0
    for index in 0..<map.count {
        let range = map[index]
        let (first, end) = (range.lowerBound.rawValue, range.upperBound.rawValue)
        if first >= end { return "an empty range" }
        if end > FrameNumber.limit { return "a frame past 2^52" }
        if index > 0 && first <= map[index - 1].upperBound.rawValue { return "ranges touch" }
        let isSound = { isUsableByTheSentence($0, in: entries) }
        if !isSound(first) || !isSound(end - 1) {
            return "a range holds a frame that is not usable"
        }
        if first > 0 && isSound(first - 1) { return "a usable frame is missing before a range" }
        if isSound(end) { return "a usable frame is missing behind a range" }
        frameCount += range.count
    }
    return frameCount == map.frameCount ? nil : "the frames are miscounted"
}

@Test func everyInvariantHoldsForFaultyMaps() throws {
    var random = SplitMix64(seed: RandomRun.seed)
    for iteration in 0..<RandomRun.iterations(20_000) {
        let entries = faultyMap(&random)
        let map = try MemoryMap(cleaning: entries.span)
        if let fault = brokenInvariant(of: map, cleanedFrom: entries) {
            Issue.record("\(fault): seed \(RandomRun.seed), iteration \(iteration): \(entries)")
            return
        }
    }
}

@Test func aMapWithTooManyRangesIsRefused() {
    func entries(_ count: Int) -> [MemoryMapEntry] {
        (0..<UInt64(count)).map {
            MemoryMapEntry(start: $0 * 0x2000, length: 0x1000, kind: .usable)
        }
    }
    #expect(throws: Never.self) { try MemoryMap(cleaning: entries(MemoryMap.capacity).span) }
    #expect(throws: MemoryMapError.tooManyRanges) {
        try MemoryMap(cleaning: entries(MemoryMap.capacity + 1).span)
    }
}

@Test func theLastFrameOfAllIsHandedOutAndTheEndIsNot() throws {
    let entry = MemoryMapEntry(
        start: PhysicalAddress.limit - Frame.size, length: 3 * Frame.size, kind: .usable)
    var cursor = FrameCursor(over: try MemoryMap(cleaning: [entry].span))
    #expect(cursor.next()?.relinquish() == FrameNumber(FrameNumber.limit - 1))
    #expect(cursor.next()?.relinquish() == nil)
}
