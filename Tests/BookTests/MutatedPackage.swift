import Foundation
import Tangle
import Testing

/// A package with one chapter's module, what it needs and its tests, as plain Swift. It stays in
/// `.build`, so that little is left to build the next time.
struct MutatedPackage {
    private let chapter: ChapterName
    private let module: String
    private let folder: URL
    private static let root = MutationList.root

    init(_ chapter: ChapterName) throws {
        self.chapter = chapter
        module = try #require(Self.modules.first { chapter.belongs(toModule: $0) })
        folder = Self.root.appendingPathComponent(".build/mutations/\(chapter.stem)")
        var targets: [String: Set<String>] = [:]
        let tests = try copy("Tests/\(module)Tests", chapter: chapter, .test)
        var pending = tests
        while let name = pending.popFirst() {
            let isSupport = Self.supports.contains(name)
            let own = Self.chapters.filter { !isSupport && $0.belongs(toModule: name) }
            targets[name] = try copy(Self.path(of: name), chapter: own.first, .module)
            pending.formUnion(targets[name]!.subtracting(targets.keys))
        }
        try write("Package.swift", Self.manifest(targets, module: module, tests: tests))
    }

    /// The chapter as it stands in the book.
    func text() throws -> String {
        try String(
            contentsOf: Self.root.appendingPathComponent(chapter.path), encoding: .utf8)
    }

    /// Puts another text of the chapter in place.
    ///
    /// - Returns: whether the module's code is now different, and its tests are not.
    func tangle(_ text: String) throws -> Bool {
        let tangled = try Chapter(chapter, bytes: Array(text.utf8))
        let own = tangled.tangled(for: .module)
        let original = try Chapter(chapter, root: Self.root)
        try write("Sources/\(module)/\(chapter.stem).swift", own.text)
        return own.code != original.tangled(for: .module).code
            && tangled.tangled(for: .test).code == original.tangled(for: .test).code
    }

    /// How each of some tests ended: true if it passed; those that did not end are left out.
    struct Verdict: CustomStringConvertible {
        var passed: [String: Bool] = [:]
        fileprivate var text: String

        /// Whether a test failed, or, if it may, trapped: it began, and a signal ended the process.
        func caught(_ name: String, byTrap: Bool) -> Bool {
            if !byTrap || passed[name] != nil { return passed[name] == false }
            return text.contains(" Test \(name)(")
                && text.contains("unexpected signal")
        }

        /// Whether the build went well, and then no test said anything.
        fileprivate var saysNothing: Bool {
            passed.isEmpty && text.contains("Build complete!") && !text.contains(" Test ")
        }

        /// What was printed last.
        var description: String {
            text.split(separator: "\n").suffix(20).joined(separator: "\n")
        }
    }

    /// Builds the package and runs some tests, with the same random numbers every time.
    func run(_ tests: [String]) async throws -> Verdict {
        let verdict = try await runOnce(tests)
        // On a busy host a test process was seen to end without a word.
        return verdict.saysNothing ? try await runOnce(tests) : verdict
    }

    private func runOnce(_ tests: [String]) async throws -> Verdict {
        // An edit in the very moment in which a build begins may be overlooked.
        try await Task.sleep(for: .milliseconds(400))
        let run = try await Run(
            .name("swift"),
            [
                "test", "--package-path", folder.path, "--disable-xctest",
                "--scratch-path", folder.appendingPathComponent("scratch").path,
                "-Xswiftc", "-gnone",
                "--filter", "[./](\(tests.joined(separator: "|")))\\(",
            ], in: folder,
            environment: ["FREE_FRAMES_SEED": "1", "FREE_FRAMES_ITERATIONS": "500"])
        var verdict = Verdict(text: run.output + run.error)
        for line in run.lines {
            let ended = line.prefixMatch(of: #/\S+ Test (\w+)\(.*\).* (passed|failed) after /#)
            if let ended { verdict.passed[String(ended.1)] = ended.2 == "passed" }
        }
        return verdict
    }

    /// What tests share.
    private static let supports = [
        "AllocationTestSupport", "MappingTestSupport", "TestSupport",
    ]

    private static func path(of target: String) -> String {
        "\(supports.contains(target) ? "Tests" : "Sources")/\(target)"
    }

    private static var modules: [String] {
        let folder = root.appendingPathComponent("Sources").path
        return (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }

    private static var chapters: [ChapterName] {
        Book.fileNames(in: root).compactMap { ChapterName(fileName: $0) }
    }

    /// Copies a target's files, and puts its chapter's code beside them.
    ///
    /// - Returns: what it imports of the book.
    private func copy(
        _ path: String, chapter: ChapterName?, _ destination: Destination
    ) throws -> Set<String> {
        let source = Self.root.appendingPathComponent(path)
        var texts: [String: String] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
            guard name.hasSuffix(".swift") else { continue }
            texts[name] = try String(
                contentsOf: source.appendingPathComponent(name), encoding: .utf8)
        }
        if let chapter {
            texts["\(chapter.stem).swift"] = try Chapter(chapter, root: Self.root)
                .tangled(for: destination).text
        }
        let target = folder.appendingPathComponent(path)
        let old = (try? FileManager.default.contentsOfDirectory(atPath: target.path)) ?? []
        for name in old where texts[name] == nil {
            try FileManager.default.removeItem(at: target.appendingPathComponent(name))
        }
        for (name, text) in texts { try write("\(path)/\(name)", text) }
        let imported = texts.values.flatMap { text in
            text.matches(of: /(?m)^(?:@testable )?import (\w+)$/).map { String($0.1) }
        }
        return Set(imported).intersection(Self.modules + Self.supports)
    }

    private func write(_ path: String, _ text: String) throws {
        try folder.appendingPathComponent(path).writeIfChanged(text)
    }

    private static func manifest(
        _ targets: [String: Set<String>], module: String, tests: Set<String>
    ) -> String {
        func list(_ names: Set<String>) -> String {
            "[" + names.sorted().map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
        let lines =
            targets.sorted { $0.key < $1.key }.map { name, imports in
                "        .target(name: \"\(name)\", dependencies: \(list(imports)), "
                    + "path: \"\(path(of: name))\"),"
            } + ["        .testTarget(name: \"\(module)Tests\", dependencies: \(list(tests)))"]
        return """
            // swift-tools-version: 6.2
            import PackageDescription

            let package = Package(
                name: "Mutated",
                platforms: [.macOS(.v26)],
                targets: [
            \(lines.joined(separator: "\n"))
                ],
                swiftLanguageModes: [.v6]
            )

            """
    }
}

extension TangledFile {
    /// The lines that are code, wherever in the chapter they stand.
    fileprivate var code: [Substring] {
        text.split(separator: "\n").filter { !$0.contains("#sourceLocation") }
    }
}
