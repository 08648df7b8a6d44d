import Foundation
import Tangle

/// An exercise of a chapter: where the reader starts, the test to pass, and one answer.
struct Exercise {
    let chapter: Chapter
    let number: Int
    let start: Chapter.Block
    let test: Chapter.Block
    let solution: Chapter.Block

    /// What a reader names it by, such as `naive-stack.1`.
    var name: String { "\(chapter.name.name).\(number)" }

    /// The reader's own file, below the book's folder.
    var path: String { "Exercises/\(chapter.name.name)-\(number).swift" }

    /// The exercises of a chapter, in order. A chapter that was read has all parts of each.
    static func all(in chapter: Chapter) -> [Exercise] {
        let numbers = chapter.blocks.compactMap { block -> Int? in
            if case .exercise(let number) = block.form { number } else { nil }
        }
        return numbers.sorted().compactMap { number in
            let block = { (form: BlockForm) in chapter.blocks.first { $0.form == form } }
            guard let start = block(.exercise(number)), let test = block(.exerciseTest(number)),
                let solution = block(.solution(number))
            else { return nil }
            return Exercise(
                chapter: chapter, number: number, start: start, test: test, solution: solution)
        }
    }

    /// The heading under which the exercise stands.
    var title: String {
        let heading = chapter.headings.last { $0.position < start.position }
        return heading?.text ?? chapter.title
    }

    /// The paragraph before the start, which says what to do; empty if there is none.
    var task: String {
        let isBlank = { (line: String) in line.allSatisfy { $0.isWhitespace || $0 == ">" } }
        let before = chapter.lines.prefix(start.position.line - 1)
        let paragraph = before.reversed().drop(while: isBlank).prefix { !isBlank($0) }.reversed()
        if paragraph.contains(where: { $0.hasPrefix("#") || $0.hasPrefix("```") }) { return "" }
        return paragraph.joined(separator: "\n")
    }

    /// `NaiveStack` for `naive-stack`: what the names of the test targets begin with.
    private var targetStem: String {
        chapter.name.name.split(separator: "-")
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The target that tries the chapter's start.
    var startTarget: TestTarget {
        TestTarget(
            name: "\(targetStem)Exercise\(number)",
            files: ["Start.swift": chapter.tangled([start]), "Test.swift": chapter.tangled([test])])
    }

    /// The target that tries the chapter's answer.
    var solutionTarget: TestTarget {
        TestTarget(
            name: "\(targetStem)Solution\(number)",
            files: [
                "Solution.swift": chapter.tangled([solution]),
                "Test.swift": chapter.tangled([test]),
            ])
    }

    /// The target that tries what stands in the reader's file.
    func readerTarget(_ text: String) -> TestTarget {
        var target = TestTarget(
            name: "\(targetStem)Reader\(number)", files: ["Test.swift": chapter.tangled([test])])
        target.texts["Reader.swift"] = "#sourceLocation(file: \"\(path)\", line: 1)\n" + text
        return target
    }
}

/// One test target of a nested package: an exercise's test and what it tests.
struct TestTarget {
    var name: String
    /// The files by their names.
    var texts: [String: String]
    /// The same as the chapter's lines, to find the target that an error belongs to.
    private var tangled: [TangledFile]

    init(name: String, files: [String: TangledFile]) {
        self.name = name
        texts = files.mapValues(\.text)
        tangled = Array(files.values)
    }

    /// Whether a line of the target's chapter is part of it.
    func contains(line: Int) -> Bool {
        tangled.contains { file in file.lines.contains { $0.origin == line } }
    }
}
