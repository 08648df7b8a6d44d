import Foundation
import TestSupport
import Testing

@testable import FuzzPress
@testable import Tangle

@Suite struct TanglingTests {
    @Test func theFirstLineIsTheDirectiveAndEachLineStandsWhereItDoesInTheChapter() throws {
        let chapter = try read("\nProse\n\n```swift\nlet a = 1\n```\n\n```swift\n\nlet b = 1\n```\n")
        let file = chapter.tangled(for: .module)
        #expect(
            file.text == """
                #sourceLocation(file: "Chapters/01-stack.md", line: 2)




                let a = 1




                let b = 1

                """)
        for (index, line) in file.lines.enumerated() where line.origin != nil {
            #expect(line.origin == index + 1)
        }
    }

    @Test func nothingToTangleIsAnEmptyFile() throws {
        let chapter = try read("```swift example\nmain()\n```\n")
        #expect(chapter.tangled(for: .module).text == "")
        #expect(chapter.tangled(for: .test).lines.isEmpty)
        #expect(chapter.tangled(for: .example).lines.count == 3)
    }

    @Test func destinationsAreKeptApart() throws {
        let chapter = try read(
            """
            ```swift
            module()
            ```
            ```swift example
            example()
            ```
            ```swift test
            test()
            ```
            ```swift wrong
            wrong()
            ```
            ```swift exercise=1
            start()
            ```
            ```swift exercise=1 test
            testExercise()
            ```
            ```swift solution=1
            solve()
            ```
            ```text
            text()
            ```
            """)
        for (destination, code) in [(Destination.module, "module()"), (.example, "example()"), (.test, "test()")] {
            let lines = chapter.tangled(for: destination).lines
            #expect(lines.filter { !$0.text.isEmpty }.dropFirst().map(\.text) == [code])
        }
        let chosen = chapter.blocks.filter { [.solution(1), .exerciseTest(1)].contains($0.form) }
        #expect(
            chapter.tangled(chosen.reversed()).lines.compactMap { $0.origin == nil ? nil : $0.text }
                == ["testExercise()", "solve()"])
    }

    @Test func aChunkIsSplicedWithItsIndentationAndDirectives() throws {
        let chapter = try read(
            """
            ```swift
            func f() {
                // <<body>>
                // <<body>>
            }
            ```

            > ```swift chunk="body"
            > a()
            >
            >   // <<inner>>
            > ```

            ```swift chunk="inner"
            b()
            ```

            ```swift chunk="body" append
            c()
            ```

            ```swift
            let d = 1
            ```
            """)
        let lines = chapter.tangled(for: .module).lines
        #expect(lines.prefix(20).map(\.origin) == [nil, nil, 3] + Array(repeating: nil, count: 6)
            + [10, 11] + Array(repeating: nil, count: 4) + [16, nil, nil, nil, 20])
        #expect(
            lines.dropFirst(20).map(\.text) == [
                directive(10), "      a()", "", directive(16), "      b()", directive(20), "    c()",
                directive(6), "}", directive(24), "let d = 1",
            ])
        #expect(Set(lines.prefix(20).map(\.text)) == [
            directive(2), "", "func f() {", "      a()", "      b()", "    c()",
        ])
    }

    private func directive(_ line: Int) -> String {
        "#sourceLocation(file: \"Chapters/01-stack.md\", line: \(line))"
    }

    @Test func behindAChunkTheFileComesBackIntoStep() throws {
        let prose = String(repeating: "prose\n", count: 9)
        let chapter = try read(
            "```swift chunk=a\na()\n```\n```swift\n// <<a>>\n// <<a>>\n```\n\(prose)```swift\nb()\n```\n")
        let lines = chapter.tangled(for: .module).lines
        #expect(lines.compactMap(\.origin) == [3, 3, 19])
        #expect(lines.count == 19)
        #expect(lines[3].text == directive(3))
        #expect(lines[17].text == directive(19))
    }

    @Test func anEmptyChunkAndEmptyBlocksLeaveNothing() throws {
        let chapter = try read("```swift\n// <<a>>\n```\n```swift chunk=a\n```\n```swift\n```\n")
        #expect(chapter.tangled(for: .module).text == "")
    }

    @Test func aLiteralKeepsItsLinesInEveryPlace() throws {
        let chapter = try read(
            "- ```swift\n  // <<a>>\n  ```\n\n  > ```swift chunk=a\n  > let a = \"\"\"\n  >     b\n  >\n  >     \"\"\"\n  > ```\n")
        #expect(
            chapter.tangled(for: .module).lines.compactMap { $0.origin == nil ? nil : $0.text } == [
                "    let a = \"\"\"", "        b", "", "        \"\"\"",
            ])
    }

    // MARK: Random chapters

    /// Each line of code in a random chapter is unlike every other. The compiler must name it by
    /// the line of the chapter where it stands, and see it in every place that refers to it.
    @Test(arguments: 0..<RandomRun.iterations(300))
    func everyLineIsNamedByItsOrigin(_ iteration: Int) throws {
        var random = SplitMix64(seed: RandomRun.seed &+ UInt64(iteration))
        var generator = ChapterGenerator()
        generator.generate(using: &random)
        let text = generator.lines.joined(separator: "\n")
        let comment = Comment(rawValue: "\(RandomRun.advice)\n\(text)")
        let chapter = try Chapter(ChapterName(fileName: "01-stack.md")!, bytes: Array(text.utf8))
        for destination in Destination.allCases {
            try Judge.checkTangling(of: chapter, for: destination)
            let file = chapter.tangled(for: destination)
            let reading = TangledReading(file.text, path: chapter.path)
            var seen: [String: Int] = [:]
            for line in reading.lines {
                guard let named = line.named, line.text.contains("line") else { continue }
                let code = line.text.trimmed
                seen[code, default: 0] += 1
                #expect(generator.lines[named - 1].hasSuffix(code), comment)
            }
            #expect(seen == generator.expected[destination, default: [:]], comment)
        }
    }
}

/// Makes well-formed chapters of prose, blocks of every Swift form and chunks, in all containers.
private struct ChapterGenerator {
    private(set) var lines = ["# Title", ""]
    /// How often each line of code must be seen in each destination.
    private(set) var expected: [Destination: [String: Int]] = [:]
    private var unused: [(name: String, content: [String: Int])] = []
    private var count = 0

    mutating func generate(using random: inout SplitMix64) {
        for _ in 0..<random.number(below: 12) {
            switch random.number(below: 3) {
            case 0: lines += Array(repeating: "Prose.", count: random.number(below: 5)) + [""]
            case 1: addChunk(using: &random)
            default: addBlock(Destination.allCases.randomElement(using: &random), using: &random)
            }
        }
        // What no block refers to yet is spliced by the last one.
        addBlock(.module, using: &random, all: true)
        let place = random.number(below: 2)
        lines.insert(contentsOf: Array(repeating: "", count: place), at: 2)
    }

    private mutating func addChunk(using random: inout SplitMix64) {
        count += 1
        let name = "chunk \(count)"
        var (code, content) = body(using: &random, all: false)
        add("swift chunk=\"\(name)\"", code, using: &random)
        if random.isOnce(in: 3) {
            let (more, moreContent) = body(using: &random, all: false)
            add("swift chunk=\"\(name)\" append", more, using: &random)
            content.merge(moreContent) { $0 + $1 }
            code += more
        }
        unused.append((name, content))
    }

    private mutating func addBlock(
        _ destination: Destination?, using random: inout SplitMix64, all: Bool = false
    ) {
        guard let destination else { return }
        let (code, content) = body(using: &random, all: all)
        let infos: [Destination: String] = [
            .module: "swift", .example: "swift example", .test: "swift test",
        ]
        add(infos[destination, default: ""], code, using: &random)
        expected[destination, default: [:]].merge(content) { $0 + $1 }
    }

    /// Lines of code, some of them references, and what they come to.
    private mutating func body(
        using random: inout SplitMix64, all: Bool
    ) -> (code: [String], content: [String: Int]) {
        var code: [String] = []
        var content: [String: Int] = [:]
        func refer(to chunk: (name: String, content: [String: Int]), _ random: inout SplitMix64) {
            code.append(String(repeating: " ", count: random.number(below: 9)) + "// <<\(chunk.name)>>")
            content.merge(chunk.content) { $0 + $1 }
        }
        for _ in 0..<random.number(below: 6) {
            if random.isOnce(in: 4), !unused.isEmpty {
                let index = random.number(below: unused.count)
                refer(to: unused[index], &random)
                if random.isOnce(in: 3) { refer(to: unused[index], &random) }
                unused.remove(at: index)
            } else if random.isOnce(in: 5) {
                code.append("")
            } else {
                count += 1
                let line = "line(\(count))"
                code.append(String(repeating: " ", count: random.number(below: 5)) + line)
                content[line, default: 0] += 1
            }
        }
        if all {
            for chunk in unused { refer(to: chunk, &random) }
            unused = []
        }
        return (code, content)
    }

    private mutating func add(_ info: String, _ code: [String], using random: inout SplitMix64) {
        let fence = ["```", "~~~", "`````"].randomElement(using: &random) ?? "```"
        var block = [fence + info] + code + [fence]
        while random.isOnce(in: 3) {
            let containers = [("- ", "  "), ("1. ", "   "), ("> ", "> "), ("  ", "  ")]
            let (first, rest) = containers.randomElement(using: &random) ?? ("", "")
            if first == "  " && block[0].hasPrefix(" ") { break }
            block = block.enumerated().map { ($0 == 0 ? first : rest) + $1 }
        }
        lines += block + ["", "Prose between.", ""]
    }
}
