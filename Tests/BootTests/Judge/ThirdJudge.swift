@testable import Kernel

/// A judge that shares nothing with the two that it judges: bits and masks out of the manual's
/// tables of formats, and no type or function of chapter 2 or of the simulated machine.
struct ThirdJudge {
    let physicalAddressBits: UInt64
    /// The physical address of the pool.
    let pool: UInt64

    /// An access and four entries on its way, from the PML4 table's down.
    struct Question {
        var address: UInt64
        var isWrite: Bool
        var isFetch: Bool
        var isByUser: Bool
        var words: [UInt64]
    }

    struct Answer: Equatable {
        var outcome: Outcome
        /// How many entries were used, if a page was reached.
        var depth: Int?
        /// Whether the page is global.
        var isGlobal = false
        /// Whether the walk arrived at a page, allowed or not.
        var arrived = false
    }

    func answer(_ question: Question) -> Answer {
        let top = question.address >> 47
        if top != 0 && top != 0x1ffff { return Answer(outcome: .generalProtection) }
        var kind: UInt32 = 0
        if question.isWrite { kind |= 0b00010 }
        if question.isByUser { kind |= 0b00100 }
        if question.isFetch { kind |= 0b10000 }

        var all: UInt64 = 0b110
        var isClosedToFetches = false
        for (depth, word) in question.words.enumerated() {
            if word & 1 == 0 { return Answer(outcome: .pageFault(code: kind, at: nil)) }
            let span = UInt64(39 - 9 * depth)
            let isLarge = word >> 7 & 1 == 1 && depth < 3
            var mustBeZero = mask(physicalAddressBits..<52)
            if depth == 0 { mustBeZero |= mask(7..<8) }
            if isLarge && depth > 0 { mustBeZero |= mask(13..<span) }
            if word & mustBeZero != 0 {
                return Answer(outcome: .pageFault(code: kind | 0b01001, at: nil))
            }
            all &= word
            if word >> 63 == 1 { isClosedToFetches = true }
            if depth < 3 && !isLarge { continue }

            let isGlobal = word >> 8 & 1 == 1
            if question.isByUser && all & 4 == 0 || question.isWrite && all & 2 == 0
                || question.isFetch && isClosedToFetches
            {
                return Answer(
                    outcome: .pageFault(code: kind | 1, at: nil), isGlobal: isGlobal,
                    arrived: true)
            }
            let physical = word & mask(span..<52) | question.address & mask(0..<span)
            return Answer(
                outcome: .reached((physical - pool) / 8), depth: depth + 1, isGlobal: isGlobal,
                arrived: true)
        }
        fatalError("the fourth entry ends every walk")
    }

    private func mask(_ bits: Range<UInt64>) -> UInt64 {
        bits.reduce(0) { $0 | 1 << $1 }
    }
}
