import Foundation
import Tangle
import Testing

/// A mistake that somebody could make in a chapter's code, and the tests that must notice it.
struct Mutation {
    var name: String
    var original: String
    var mutated: String
    /// Functions of the module's tests; each must fail.
    var catchers: [String]
    /// Whether they may fail by a trap: a frame that is lost, a precondition of the chapter.
    var traps: Bool

    /// The chapter's text with the mistake in it.
    func applied(to text: String) throws -> String {
        let places = text.ranges(of: original)
        try #require(
            places.count == 1,
            "\(name): its old lines must stand once in the chapter, not \(places.count) times")
        return text.replacing(original, with: mutated)
    }
}

/// The mutations of one chapter: `Tests/Mutations/NN-name.md`. There each has a heading, a `diff`
/// block, and a paragraph that names the tests in backticks. It begins with "Caught by", or with
/// "Trapped in" where a test need not come to its end.
struct MutationList: CustomTestStringConvertible {
    var chapter: ChapterName

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    private static let folder = root.appendingPathComponent("Tests/Mutations")

    static var all: [MutationList] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.sorted().compactMap { ChapterName(fileName: $0) }
            .map { MutationList(chapter: $0) }
    }

    var testDescription: String { chapter.stem }

    func read() throws -> [Mutation] {
        let file = Self.folder.appendingPathComponent(chapter.fileName)
        var mutations: [Mutation] = []
        for section in try String(contentsOf: file, encoding: .utf8).sections {
            let name = "\(chapter.fileName), \(section.title)"
            let parts = section.text.split(separator: "```diff\n")
            try #require(parts.count == 2, "\(name): a mutation has one diff")
            let ends = try #require(parts[1].firstRange(of: "\n```\n"), "\(name): the diff ends")
            let diff = parts[1][..<ends.lowerBound].split(
                separator: "\n", omittingEmptySubsequences: false)
            let rest = parts[1][ends.upperBound...]
            let words = rest.drop { $0.isNewline }
            let traps = words.hasPrefix("Trapped in ")
            try #require(traps || words.hasPrefix("Caught by "), "\(name): caught by what?")
            let catchers = words.matches(of: /`(\w+)`/).map { String($0.1) }
            try #require(!catchers.isEmpty, "\(name): no test is named in backticks")
            mutations.append(
                Mutation(
                    name: name, original: Self.lines(of: diff, except: "+"),
                    mutated: Self.lines(of: diff, except: "-"), catchers: catchers,
                    traps: traps))
        }
        try #require(!mutations.isEmpty, "\(chapter.fileName) holds no mutation")
        return mutations
    }

    /// One side of a diff.
    private static func lines(of diff: [Substring], except sign: Character) -> String {
        diff.filter { $0.first != sign }.map { $0.dropFirst() + "\n" }.joined()
    }
}

extension String {
    /// The second-level headings and the text below each.
    fileprivate var sections: [(title: Substring, text: Substring)] {
        split(separator: "\n## ").dropFirst().map { section in
            let end = section.firstIndex(of: "\n") ?? section.endIndex
            return (section[..<end], section[end...])
        }
    }
}
