import Foundation
import Tangle

/// How long the press takes for the real book: reading every chapter and tangling it for every
/// destination. The budget is 50 ms in a release build; the clock decides nothing here.
struct Benchmark {
    var root: URL

    func run() {
        var times: [Duration] = []
        var lines = 0
        do throws(Diagnostics) {
            for _ in 0..<51 {
                let start = ContinuousClock.now
                lines = try linesAfterTangling()
                times.append(ContinuousClock.now - start)
            }
        } catch {
            print(error.description)
            return
        }
        times.sort()
        print(
            """
            the book, read and tangled \(times.count) times: median \
            \(times[times.count / 2].milliseconds) ms, from \(times[0].milliseconds) to \
            \(times[times.count - 1].milliseconds) ms; \(lines) lines of Swift
            """)
    }

    private func linesAfterTangling() throws(Diagnostics) -> Int {
        let book = try Book(root: root)
        var lines = 0
        for chapter in book.chapters {
            for destination in Destination.allCases {
                lines += chapter.tangled(for: destination).text.utf8.count { $0 == 10 }
            }
        }
        return lines
    }
}
