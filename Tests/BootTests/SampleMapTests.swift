import NaiveStack
import Testing

@testable import ExampleSupport

/// The sample machine of the chapters' programs is the one that the kernel boots on by default.
@Suite struct SampleMapTests {
    @Test func theSampleMapIsWhatTheFirmwareSays() async throws {
        let run = try await Tool.firstRun.value
        try #require(run.status == .exited(0), "\(run.errors)")
        let lines = run.output.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "memory map, as the firmware gave it"))
        let end = try #require(lines.firstIndex(of: "in use already"))
        let printed = lines[(start + 1)..<end].map { line in
            let words = line.split(separator: " ")
            return "\(words[0]) \(words.last ?? "")"
        }
        let sample = ExampleSupport.Machine.q35.entries.map { entry in
            let last = entry.start + (entry.length - 1)
            let range =
                "\(entry.start.hexadecimal(digits: 12))-\(last.hexadecimal(digits: 12))"
            return "\(range) \(entry.kind.name)"
        }
        #expect(printed == sample)
    }
}
