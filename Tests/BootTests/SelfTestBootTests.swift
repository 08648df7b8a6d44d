import Testing

@testable import Launcher

/// The kernel tests itself on QEMU's processor.
@Suite(.serialized) struct SelfTestBootTests {
    private static let names = [
        "stack-window", "stack-keeping-window", "stack-direct-map", "filled-frames",
        "tables-window", "tables-recursive-slot", "tables-direct-map", "where-it-is-wanted",
        "identity-is-gone", "live-stack", "empty-tables", "second-mapping", "foreign-pages",
        "out-of-frames", "stale-read", "stray-store", "frames-conserved",
        "block-of-frames", "double-free", "zeroed-frame", "fetch-of-code", "fetch-from-direct-map",
        "fetch-from-stack",
        "fetch-from-tables", "store-to-code", "store-to-constants", "page-zero", "guard-pages",
    ]

    private func boot(_ words: String, _ options: [String] = []) async throws -> ToolRun {
        try await Tool.kernel(["--image", Tool.image(), "--append", words] + options)
    }

    @Test(arguments: [
        ["--machine", "q35", "--memory", "128M"],
        ["--machine", "q35", "--memory", "128M", "--cpu", "qemu64"],
        ["--machine", "q35", "--memory", "1T"],
        ["--machine", "microvm", "--memory", "4M"],
        ["--machine", "microvm", "--memory", "8M"],
        ["--machine", "microvm", "--memory", "8M", "--cpu", "qemu64"],
    ])
    func allPass(options: [String]) async throws {
        let run = try await boot("test", options)
        #expect(run.status == .exited(0), "\(run)")
        let lines = run.output.split(separator: "\n")
        let start = try #require(lines.firstIndex(of: "self-tests"), "\(run)")
        let tests = lines[(start + 1)...].prefix { $0.hasPrefix("  ok      ") }
        #expect(tests.map { $0.split(separator: " ")[1] } == Self.names.map { $0[...] })
        #expect(lines.contains("  28 passed, 0 failed") && lines.last == "ok")
    }

    @Test func oneCanBeChosen() async throws {
        let run = try await boot("test=page-zero")
        #expect(run.status == .exited(0), "\(run)")
        #expect(
            run.output.contains(
                """

                self-tests
                  ok      page-zero              reads, writes and fetches fault
                  1 passed, 0 failed
                audit

                """))
        #expect(run.output.hasSuffix("\nok\n"))
    }

    @Test func anUnknownOneIsAFailureThatNamesAll() async throws {
        let run = try await boot("test=nonsense")
        #expect(run.status == .exited(1))
        let lines = run.output.split(separator: "\n").suffix(Self.names.count + 1)
        #expect(lines.dropLast().map { $0.dropFirst(2) } == Self.names.map { $0[...] })
        #expect(
            lines.last == "test=: no self-test has this name; the lines above name them all")
    }
}
