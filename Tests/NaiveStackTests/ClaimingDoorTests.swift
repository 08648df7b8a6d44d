import Foundation
import Testing

/// `Frame(claiming:)` is the one door from numbers to frames. Each use of it in the book's modules
/// is a promise that nobody else holds the frame, so each is listed here with its chapter.
@Test func theDoorFromNumbersToFramesIsUsedWhereTheBookSaysSo() throws {
    let chapters = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Chapters")
    var uses: [String: Int] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: chapters.path) {
        guard name.hasSuffix(".md") else { continue }
        let text = try String(contentsOf: chapters.appendingPathComponent(name), encoding: .utf8)
        var isInModule = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("```") {
                isInModule = line == "```swift" || line.hasPrefix("```swift chunk=")
            } else if isInModule && line.contains("Frame(claiming:") {
                uses[name, default: 0] += 1
            }
        }
    }
    #expect(
        uses == [
            "01-naive-stack.md": 2, "03-temporary-mapping.md": 3, "04-recursive-mapping.md": 1,
            "06-storing-elsewhere.md": 9, "07-reservoir.md": 4, "08-counting-the-cost.md": 2,
            "09-many-processors.md": 7, "12-kernel-faults.md": 1,
            "13-kernel-address-space.md": 1, "14-kernel-ladder.md": 1, "15-kernel-judge.md": 1,
            "16-kernel-at-work.md": 3, "17-kernel-processors.md": 3,
        ])
}
