import Foundation
import Subprocess
import TestSupport
import Testing

/// The judges, judged: bugs are planted in a copy of the simulated machine, one at a time.
@Suite struct PlantedBugTests {
    @Test(.timeLimit(.minutes(20))) func everyPlantedBugIsFound() async throws {
        let bugs = try PlantedBug.all()
        try #require(bugs.count >= 8)
        let words = "judge=\(JudgeTests.seed) judge-count=4000 judge-lines"
        let boot = try await Tool.kernel(["--image", Tool.image(), "--append", words])
        try #require(boot.status == .exited(0), "\(boot.errors)")
        let copy = try JudgedCopy(record: boot.output)

        let sound = try await copy.test()
        try #require(sound.passed, "without a bug, all agree:\n\(sound.text.suffix(4000))")
        for bug in bugs {
            try copy.plant(bug)
            let verdict = try await copy.test()
            #expect(
                verdict.failed,
                "\(bug.name): not found. \(RandomRun.advice)\n\(verdict.text.suffix(4000))")
            try copy.restore(bug)
        }
    }
}

/// A mistake in the simulated machine: a section of `PlantedBugs.md`.
private struct PlantedBug {
    var name: String
    /// The chapter's path in the package.
    var chapter: String
    var original: String
    var mutated: String

    static func all() throws -> [PlantedBug] {
        let list = Tool.package.appending(path: "Tests/BootTests/PlantedBugs.md")
        let text = try String(contentsOf: list, encoding: .utf8)
        let section = #/## ([^\n]+)\n\nIn `([^`]+)`:\n\n```diff\n((?:[^`\n]*\n)+)```\n/#
        let bugs = text.matches(of: section).map { match in
            let diff = match.3.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return PlantedBug(
                name: String(match.1), chapter: String(match.2),
                original: lines(of: Array(diff), except: "+"),
                mutated: lines(of: Array(diff), except: "-"))
        }
        try #require(bugs.count == text.split(separator: "\n## ").count - 1)
        return bugs
    }

    /// One side of a diff.
    private static func lines(of diff: [Substring], except sign: Character) -> String {
        diff.filter { $0.first != sign }.map { $0.dropFirst() + "\n" }.joined()
    }
}

/// What the simulated machine and the judges need of the package, in a folder that stays in
/// `.build`, so that little is left to build the next time.
private struct JudgedCopy {
    private let folder = Tool.package.appending(path: ".build/planted-bugs")

    /// - Parameter record: what the kernel printed in QEMU.
    init(record: String) throws {
        for path in [
            "Chapters", "Sources", "Tests/BootTests/Judge", "Tools/CMark", "Tools/Tangle",
            "Tools/TangleTool", "Tools/TanglePlugin",
        ] { try copy(path) }
        let manifest = try String(
            contentsOf: Tool.package.appending(path: "Package.swift"), encoding: .utf8)
        try write("Package.swift", manifest + Self.reduction)
        try write("record", record)
        try write("Tests/BootTests/Judge/AgreementTest.swift", Self.test(of: folder.path))
    }

    private static var reduction: String {
        let modules = ["Kernel", "NaiveStack", "Paging", "SimulatedMachine"]
        return ReducedManifest.keeping(modules) + """

            package.targets.append(
                .testTarget(
                    name: "AgreementTests",
                    dependencies: \(modules).map { .byName(name: $0) },
                    path: "Tests/BootTests/Judge"))

            """
    }

    private static func test(of folder: String) -> String {
        """
        import Foundation
        import Testing

        @Test func allAgree() throws {
            let url = URL(filePath: #"\(folder)/record"#)
            let record = try RecordedTrial(String(contentsOf: url, encoding: .utf8))
            let comparison = try TrialComparison(record)
            #expect(comparison.complaints.isEmpty, "\\(comparison.complaints.first ?? "")")
            #expect(comparison.contradictions.simulated == 0)
        }

        """
    }

    private func copy(_ path: String) throws {
        let source = Tool.package.appending(path: path)
        let files = try FileManager.default.subpathsOfDirectory(atPath: source.path)
        for file in files {
            let url = source.appending(path: file)
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            else { continue }
            try write("\(path)/\(file)", Data(contentsOf: url))
        }
    }

    private func write(_ path: String, _ text: String) throws { try write(path, Data(text.utf8)) }

    /// Writes a file if it changes, so that nothing is built in vain.
    private func write(_ path: String, _ bytes: Data) throws {
        let url = folder.appending(path: path)
        if (try? Data(contentsOf: url)) == bytes { return }
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try bytes.write(to: url)
    }

    func plant(_ bug: PlantedBug) throws {
        let text = try original(of: bug)
        try #require(
            text.ranges(of: bug.original).count == 1,
            "\(bug.name): its old lines must stand once in \(bug.chapter)")
        try write(bug.chapter, text.replacing(bug.original, with: bug.mutated))
    }

    func restore(_ bug: PlantedBug) throws { try write(bug.chapter, original(of: bug)) }

    private func original(of bug: PlantedBug) throws -> String {
        try String(contentsOf: Tool.package.appending(path: bug.chapter), encoding: .utf8)
    }

    struct Verdict {
        /// Whether the test ran, and how it ended.
        var passed: Bool
        var failed: Bool
        var text: String
    }

    func test() async throws -> Verdict {
        // An edit in the very moment in which a build begins may be overlooked.
        try await Task.sleep(for: .milliseconds(400))
        let run = try await Subprocess.run(
            .name("swift"),
            arguments: [
                "test", "--package-path", .init(folder.path), "--scratch-path",
                .init(folder.appending(path: "scratch").path), "--disable-xctest",
                "-Xswiftc", "-gnone",
            ],
            output: .string(limit: 16 << 20), error: .combinedWithOutput)
        let text = run.standardOutput
        return Verdict(
            passed: text.contains("Test allAgree() passed after"),
            failed: text.contains("Test allAgree() failed after"), text: text)
    }
}
