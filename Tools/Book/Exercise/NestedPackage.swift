import Foundation
import Tangle

/// A package made for exercises: the modules that they import, and a test target for each.
///
/// It has a scratch path of its own, because a build within a build of the same would wait for
/// itself, and it needs neither plugin nor libcmark, because the code is tangled already.
struct NestedPackage {
    let folder: URL
    let book: Book
    let bookFolder: BookFolder

    /// Each use of nested packages has a folder of its own, so that none undoes another's build.
    init(_ name: String, book: Book, in bookFolder: BookFolder) {
        folder = bookFolder.workFolder.appendingPathComponent(name)
        self.book = book
        self.bookFolder = bookFolder
    }

    /// Writes what is new or different, so that a build does as little as can be.
    func write(_ targets: [TestTarget]) throws {
        var modules: [String: ModuleSources] = [:]
        var pending = Set(targets.flatMap { imports(of: $0) })
        while let name = pending.popFirst() {
            let module = ModuleSources(name, book: book, folder: bookFolder)
            modules[name] = module
            pending.formUnion(module.imports.subtracting(modules.keys))
        }
        let sorted = modules.values.sorted { $0.name < $1.name }
        for module in sorted { try write(module.texts, to: "Sources/\(module.name)") }
        for target in targets { try write(target.texts, to: "Tests/\(target.name)") }
        try folder.appendingPathComponent("Package.swift")
            .writeIfChanged(manifest(modules: sorted, targets: targets))
    }

    private func imports(of target: TestTarget) -> Set<String> {
        ModuleSources.imports(in: target.texts.values, among: bookFolder.modules)
    }

    private func write(_ texts: [String: String], to path: String) throws {
        let folder = folder.appendingPathComponent(path)
        let old = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        for path in old where path.hasSuffix(".swift") && texts[path] == nil {
            try? FileManager.default.removeItem(at: folder.appendingPathComponent(path))
        }
        for (path, text) in texts {
            try folder.appendingPathComponent(path).writeIfChanged(text)
        }
    }

    private func manifest(modules: [ModuleSources], targets: [TestTarget]) -> String {
        let list = { (names: Set<String>) in
            "[" + names.sorted().map { "\"\($0)\"" }.joined(separator: ", ") + "]"
        }
        let lines =
            modules.map {
                "        .target(name: \"\($0.name)\", dependencies: \(list($0.imports)), "
                    + "swiftSettings: [.strictMemorySafety()]),"
            }
            + targets.map {
                "        .testTarget(name: \"\($0.name)\", dependencies: \(list(imports(of: $0)))),"
            }
        return """
            // swift-tools-version: 6.2
            // Written by `book`: exercises and the chapters' code that they need.
            import PackageDescription

            let package = Package(
                name: "Exercises",
                platforms: [.macOS(.v26)],
                targets: [
            \(lines.joined(separator: "\n"))
                ],
                swiftLanguageModes: [.v6]
            )

            """
    }

    /// - Returns: what the build printed, if it failed.
    func build() async throws -> CompilerOutput? {
        let outcome = try await swift(["build", "--build-tests"], timeout: .seconds(1800))
        return outcome.succeeded ? nil : CompilerOutput(text: outcome.output)
    }

    /// Runs the tests of one target, apart from the others': a trap ends them all.
    func test(_ target: TestTarget) async throws -> TestVerdict {
        let events = folder.appendingPathComponent("events-\(target.name).json")
        try? FileManager.default.removeItem(at: events)
        let outcome = try await swift(
            [
                "test", "--skip-build", "--disable-xctest", "--filter", "^\(target.name)\\.",
                "--event-stream-output-path", events.path,
            ], timeout: .seconds(120))
        return TestVerdict(outcome, events: events.text ?? "")
    }

    private func swift(_ arguments: [String], timeout: Duration) async throws
        -> ChildProcess.Outcome
    {
        let first = arguments.prefix(1)
        let paths = [
            "--package-path", folder.path,
            "--scratch-path", folder.appendingPathComponent(".build").path,
        ]
        return try await ChildProcess(
            program: "swift", arguments: first + paths + arguments.dropFirst(),
            folder: bookFolder.root, timeout: timeout
        ).run()
    }
}
