import Foundation
import Tangle

/// Which lines of a chapter's module the tests have executed.
struct ChapterCoverage {
    var covered: Set<Int> = []
    var uncovered: Set<Int> = []

    var percentage: Double {
        let all = covered.count + uncovered.count
        return all == 0 ? 100 : 100 * Double(covered.count) / Double(all)
    }

    /// Reads llvm's report, whose files are the tangled ones; the chapter is tangled again to find
    /// the lines' origins. It is nil if the report does not name the chapter's module.
    init?(of chapter: Chapter, in report: CoverageReport) {
        let files = report.data.flatMap(\.files).filter { Self.isModule($0.filename, of: chapter) }
        if files.isEmpty { return nil }
        let lines = chapter.tangled(for: .module).lines
        for file in files {
            for (number, count) in file.executions where lines.indices.contains(number - 1) {
                guard let origin = lines[number - 1].origin,
                    !chapter.lines[origin - 1].allSatisfy(\.isWhitespace)
                else { continue }
                if count > 0 { covered.insert(origin) } else { uncovered.insert(origin) }
            }
        }
        uncovered.subtract(covered)
    }

    /// The plugin writes to `…/PACKAGE/TARGET/destination/TanglePlugin/NN-name.swift`; targets of
    /// examples and tests are no part of the book's code that tests should reach.
    private static func isModule(_ path: String, of chapter: Chapter) -> Bool {
        let parts = path.split(separator: "/")
        guard parts.count >= 4, parts.last == "\(chapter.name.stem).swift" else { return false }
        return chapter.name.belongs(toModule: String(parts[parts.count - 4]))
    }
}
