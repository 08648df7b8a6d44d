import Foundation
import NaiveStack
import Testing

@testable import MeasurementSupport

#if canImport(FoundationXML)
import FoundationXML
#endif

private func samples(_ values: Double...) -> Samples {
    var samples = Samples(values[0])
    for value in values.dropFirst() { samples.append(value) }
    return samples
}

@Test func theMedianIsInTheMiddle() {
    #expect(samples(3).median == 3)
    #expect(samples(9, 1, 3).median == 3)
    #expect(samples(9, 1, 3, 5).median == 4)
    #expect(samples(9, 1, 3).minimum == 1 && samples(9, 1, 3).maximum == 9)
}

@Test func trialsTakeTurns() throws {
    var order = ""
    let results = try measure(
        [
            Trial("a") { results in
                order += "a"
                results.add(1, "ns", of: "first", in: "x")
            },
            Trial("b", rounds: 2) { results in
                order += "b"
                results.add(2, "ns", of: "second", in: "x")
            },
        ], rounds: 3)
    #expect(order == "ababa")
    #expect(results["x", "first"]?.values.count == 3)
    #expect(results["x", "second"]?.values.count == 2)
    #expect(results.designs(in: "x") == ["first", "second"] && results.measures == ["x"])
    #expect(results["y", "first"] == nil)
}

@Test func figuresHaveThreeDigits() {
    let figures: [(Double, String)] = [
        (0, "0"), (0.0052, "0.0052"), (0.614, "0.614"), (1, "1"), (1.3, "1.3"), (10, "10"),
        (42.04, "42"), (264.4, "264"), (15_400, "15400"),
    ]
    for (value, text) in figures { #expect(significant(value) == text) }
}

@Test func resultsSurviveJSON() throws {
    var results = Results()
    results.add(1.5, "ns", of: "a", in: "x")
    results.add(2.5, "ns", of: "a", in: "x")
    let folder = FileManager.default.temporaryDirectory
        .appendingPathComponent("measured-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try ReportFolder(folder.path).write(json: results, to: "times.json")
    let data = try Data(contentsOf: folder.appendingPathComponent("times.json"))
    #expect(try JSONDecoder().decode(Results.self, from: data) == results)
}

@Test func aFolderThatCannotBeWrittenIsRefusedInOneLine() throws {
    let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("file-\(UUID().uuidString)")
    try Data().write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    for path in ["/proc/nowhere", file.path, file.path + "/below"] {
        let error = #expect(throws: MeasurementError.self) { try ReportFolder(path) }
        #expect(error?.description.contains(path) == true)
        #expect(error?.description.contains("\n") == false)
    }
}

@Test func aPlotIsWellFormedAndSaysItsFiguresInWords() throws {
    let chart = BarChart(
        "Pairs & <batches>", unit: "ns",
        groups: [
            .init("hot", [.init("stack", samples(1.36, 1.4)), .init("none", samples(0))]),
            .init("cold", [.init("stack", samples(264))]),
        ])
    let parser = XMLParser(data: Data(chart.svg.utf8))
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    #expect(chart.svg.contains("<title>Pairs &amp; &lt;batches&gt;</title>"))
    #expect(chart.svg.contains("hot: stack 1.38, none 0. cold: stack 264."))
    #expect(chart.svg.contains("prefers-color-scheme: dark"))
    #expect(!chart.svg.contains("nan") && !chart.svg.contains("inf"))
}

@Test func anArenaIsReachedLikeMemory() throws {
    let arena = try Arena(reserving: 4 << 20)
    let memory = arena.access
    let last = FrameNumber((4 << 20) / Frame.size - 1)
    memory.store(7, word: 511, of: last)
    #expect(memory.load(word: 511, of: last) == 7 && memory.load(word: 510, of: last) == 0)
    memory.fill(last, with: 9)
    #expect(memory.load(word: 0, of: last) == 9 && memory.load(word: 511, of: last) == 9)
    #expect(memory.load(word: 511, of: FrameNumber(last.rawValue - 1)) == 0)
    arena.words(from: 4096)[1] = 3
    #expect(memory.load(word: 1, of: FrameNumber(1)) == 3)
    arena.commit()
    #expect(Arena.availableMemory > 0)
}

@Test func addressesThatTheHostDoesNotHaveAreRefusedInOneLine() throws {
    // Too many for any processor, no number of whole large pages, and none.
    for size in [1 << 62, 4096, 0] as [UInt64] {
        let error = #expect(throws: MeasurementError.self) { try Arena(reserving: size) }
        #expect(error?.description.contains("\n") == false)
    }
}
