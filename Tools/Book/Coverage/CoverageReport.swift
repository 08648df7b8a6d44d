import Foundation

/// The part of llvm's coverage export that counts lines.
struct CoverageReport: Decodable {
    var data: [Export]

    struct Export: Decodable {
        var files: [File]
    }

    struct File: Decodable {
        var filename: String
        var segments: [Segment]

        /// How often each line that holds code was executed, by the line's number in the file.
        var executions: [Int: Int] { LineCounter.executions(segments) }
    }

    /// Where a count begins to hold; it holds until the next segment.
    struct Segment: Decodable {
        var line: Int
        var count: Int
        var hasCount: Bool
        var isRegionEntry: Bool
        var isGap: Bool

        /// llvm writes a segment as `[line, column, count, hasCount, isRegionEntry, isGap]`.
        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            line = try list.decode(Int.self)
            _ = try list.decode(Int.self)
            let count = try list.decode(UInt64.self)
            self.count = Int(clamping: count)
            hasCount = try list.decode(Bool.self)
            isRegionEntry = try list.decode(Bool.self)
            isGap = list.isAtEnd ? false : try list.decode(Bool.self)
        }

        var startsCounting: Bool { hasCount && isRegionEntry && !isGap }
    }
}

/// Counts lines by the rule of llvm's own reports: a line counts as often as the busiest of what
/// begins in it and of what reaches into it.
private struct LineCounter {
    static func executions(_ segments: [CoverageReport.Segment]) -> [Int: Int] {
        guard let first = segments.first?.line, let last = segments.last?.line else { return [:] }
        let inLine = Dictionary(grouping: segments, by: \.line)
        var executions: [Int: Int] = [:]
        var wrapping: CoverageReport.Segment?
        for line in first...max(first, last) {
            let own = inLine[line, default: []]
            if let count = count(own, wrapping: wrapping) { executions[line] = count }
            wrapping = own.last ?? wrapping
        }
        return executions
    }

    /// - Returns: nil if the line holds no code.
    private static func count(
        _ own: [CoverageReport.Segment], wrapping: CoverageReport.Segment?
    ) -> Int? {
        let starts = own.filter(\.startsCounting)
        let startsSkipping = own.first.map { !$0.hasCount && $0.isRegionEntry } ?? false
        let isReached = !startsSkipping && (wrapping?.hasCount == true || !starts.isEmpty)
        guard isReached || own.contains(where: { $0.isRegionEntry && $0.hasCount }) else {
            return nil
        }
        return ([wrapping?.count ?? 0] + starts.map(\.count)).max()
    }
}
