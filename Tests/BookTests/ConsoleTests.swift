import Foundation
import Subprocess
import Testing

extension BookTests {
    @Suite struct Console {
        /// Checks a chapter whose fourth line is the block's first.
        private func check(
            _ block: String, measured: Bool = false, options: [String] = []
        ) async throws -> Run {
            let book = try ThrowAwayBook(
                sample: "```console\(measured ? " measured" : "")\n\(block)\n```\n")
            return try await Run(
                .path(.init(BuiltProducts.book.path)), ["check", "--prebuilt"] + options,
                in: book.root)
        }

        @Test(arguments: [
            "$ echo one; echo two\none\ntwo",
            "$ echo one; echo two\n…",
            "$ echo one; echo two\n…\ntwo",
            "$ echo one; echo two\none\n…\ntwo",
            "$ seq 9\n…\n3\n…\n7\n8\n…",
            "$ seq 9; seq 9\n…\n9\n1\n…\n9",
            "$ echo one two three\none … three",
            "$ echo one two three\n…two…",
            "$ true",
            "$ true\n…",
            "$ printf one\none",
            "$ echo one \\\ntwo\none two",
            "$ echo error >&2; echo output\noutput\nerror",
            "$ exit 7\n[exit status 7]",
            "$ kill -9 $$\n[exit status 137]",
            "$ pwd >/dev/null; test -d Chapters",
            "$ test -t 0 || test -t 1 || test -t 2\n[exit status 1]",
            "$ echo $LC_ALL $NO_COLOR $TERM\nC 1 dumb",
            "$ x=1\n$ echo \"[$x]\"\n[]",
        ])
        func matches(block: String) async throws {
            let run = try await check(block)
            #expect(run.succeeded, "\(run.error)")
        }

        @Test(arguments: [
            ("$ echo one\ntwo", "5", "shown:   two\n    printed: one\n"),
            ("$ echo one\none\ntwo", "6", "shown:   two\n    printed: (nothing more)\n"),
            ("$ echo one; echo two\none", "4", "shown:   (nothing more)\n    printed: two\n"),
            ("$ echo 'one '\none", "5", "printed: one \n"),
            ("$ seq 9\n1\n…\n4\n6", "8", "shown:   6\n    printed: 5\n"),
            ("$ seq 9\n1\n…\n44\n…", "7", "the command does not print this line"),
            ("$ seq 9\n…\n8", "4", "printed: 9"),
            ("$ echo one two\none … three", "5", "shown:   one … three\n"),
            ("$ false", "4", "exit status 1; mend it, or show it"),
            ("$ true\n[exit status 1]", "4", "the command succeeds; take [exit status 1] away"),
            ("$ echo one; exit 2\ntwo", "5", "exit status: 2"),
            ("one", "4", "a console block begins with a command"),
            ("$ echo one\none\n$ echo two\nthree", "7", "printed: two"),
            ("$ swift run nothing", "4", "error: no executable 'nothing' is built in "),
        ])
        func differs(block: String, line: String, message: String) async throws {
            let run = try await check(block)
            #expect(run.status == .exited(1))
            #expect(run.faults.count == 1, "\(run.error)")
            #expect(run.error.hasPrefix("Chapters/01-sample.md:\(line):1: error: "), "\(run.error)")
            #expect(run.error.contains(message), "\(run.error)")
        }

        @Test(arguments: [
            ("stack   1,234 ns   5%", "stack 7 ns 12.5%"),
            ("   12 loads", "1024 loads"),
            ("4KiB on q35 at 0x1000", "16MiB on q35 at 0x1000"),
            ("fast: 130× (≥ 100×)", "fast:  100× (≥ 100×)"),
            ("ratio 1.1 (≤ 1.1)", "ratio -0.9 (≤ 1.1)"),
            ("1 of 3", "-2 of 1\u{202F}000"),
            ("time … ns", "time passes in 3 ns"),
        ])
        func matchesInShape(shown: String, printed: String) async throws {
            let run = try await check("$ echo '\(printed)'\n\(shown)", measured: true)
            #expect(run.succeeded, "\(run.error)")
        }

        @Test(arguments: [
            ("stack 1 ns", "stack 1 µs", "something else"),
            ("stack 1 ns", "heap 1 ns", "something else"),
            ("on q35", "on q36", "something else"),
            ("at 0x1000", "at 0x2000", "something else"),
            ("1 2 3", "1 2", "something else"),
            ("fast: 130× (≥ 100×)", "fast: 130× (≥ 90×)", "something else"),
            ("fast: 130× (≥ 100×)", "fast: 99.9× (≥ 100×)", "does not keep its bound (≥ 100×)"),
            ("fast: 99× (≥ 100×)", "fast: 130× (≥ 100×)", "as shown, the figure does not keep"),
            ("ratio 1.0 (≤ 1.1)", "ratio 1,000 (≤ 1.1)", "does not keep its bound (≤ 1.1)"),
            ("fast: 130% (≥ 100×)", "fast: 130% (≥ 100×)", "has another unit"),
            ("fast (≥ 100×)", "fast (≥ 100×)", "no figure before the bound"),
        ])
        func differsInShape(shown: String, printed: String, message: String) async throws {
            let run = try await check("$ echo '\(printed)'\n\(shown)", measured: true)
            #expect(run.status == .exited(1))
            #expect(run.error.hasPrefix("Chapters/01-sample.md:5:1: error: "), "\(run.error)")
            #expect(run.error.contains(message), "\(run.error)")
        }

        @Test func onlyABoundThatIsPrintedAboveCanBeCited() async throws {
            let book = try ThrowAwayBook(
                sample: """
                    Before: `≥ 2×`.

                    ```console measured
                    $ echo '3× (≥ 2×)'
                    3× (≥ 2×)
                    ```

                    After: `≥ 2×`, and `≤ 2×`.
                    """)
            let run = try await book.run("check", "--prebuilt")
            #expect(run.faults.count == 2)
            #expect(run.error.hasPrefix("Chapters/01-sample.md:3:"))
            #expect(run.faults.last?.contains(":10:") == true)
            #expect(run.faults.last?.contains("the bound (≤ 2×)") == true)
        }

        @Test func swiftRunStartsWhatIsBuilt() async throws {
            let run = try await check(
                """
                $ swift run book tangle --destination nowhere sample
                …
                Usage: …
                …
                [exit status 64]
                $ swift run -c \(BuiltProducts.folder.lastPathComponent) book tangle nothing
                Error: no chapter 'nothing'; there is 'sample'
                [exit status 1]
                $ swift --version
                …Swift version …
                …
                """)
            #expect(run.succeeded, "\(run.error)")
        }

        @Test func aCommandThatHangsIsEndedWithAllThatItStarted() async throws {
            let file = FileManager.default.temporaryDirectory
                .appendingPathComponent("process-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: file) }
            let run = try await check(
                "$ sleep 600 & echo $! >\(file.path); wait", options: ["--timeout", "1"])
            #expect(run.faults.count == 1)
            #expect(run.error.contains(":4:1: error: the command did not end within 1 seconds"))
            let text = try String(contentsOf: file, encoding: .utf8)
            let process = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            try await expectEnd(of: process)
        }

        @Test func aReaderWhoStopsTheCheckStopsTheCommandToo() async throws {
            let book = try ThrowAwayBook(
                sample: "```console\n$ echo $$ >process; sleep 600\n```\n")
            let result = try await Subprocess.run(
                .path(.init(BuiltProducts.book.path)), arguments: ["check", "--prebuilt"],
                workingDirectory: .init(book.root.path), input: .none, output: .discarded,
                error: .discarded
            ) { execution in
                while !book.read("process").hasSuffix("\n") {
                    try await Task.sleep(for: .milliseconds(20))
                }
                // The command is running; give its starter time to have noted it.
                try await Task.sleep(for: .milliseconds(500))
                try execution.send(signal: .interrupt)
            }
            #expect(result.terminationStatus == .exited(130))
            let text = book.read("process").trimmingCharacters(in: .whitespacesAndNewlines)
            try await expectEnd(of: try #require(pid_t(text)))
        }

        @Test func aCommandThatPrintsWithoutEndIsEnded() async throws {
            let run = try await check("$ yes")
            #expect(run.error.contains(":4:1: error: the command prints without end; make it stop"))
        }

        /// Who inherits a killed process may take a moment to notice.
        private func expectEnd(of process: pid_t) async throws {
            for _ in 0..<50 where isRunning(process) {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(!isRunning(process))
        }

        private func isRunning(_ process: pid_t) -> Bool {
            guard kill(process, 0) == 0 else { return false }
            let status = FileManager.default.contents(atPath: "/proc/\(process)/stat")
            return !String(decoding: status ?? Data(), as: UTF8.self).contains(") Z ")
        }
    }
}
