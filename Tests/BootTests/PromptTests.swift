import Foundation
import Subprocess
import Testing

@testable import Launcher

/// Standard input and the prompt, with a shell script in the place of QEMU and the kernel.
@Suite(.serialized) struct PromptTests {
    @Test func handsOverALineForEachPrompt() async throws {
        let run = try await launch(input: "help\nquit\n")
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(
            run.output == """
                Free Frames, by way of a script
                frames> help
                heard: help
                frames> quit
                heard: quit

                """)
    }

    @Test(arguments: [
        ("", "frames> end\n"),
        ("help\n", "frames> help\nheard: help\nframes> end\n"),
        ("help", "frames> help\nheard: help\nframes> end\n"),
        ("\n", "frames> \nheard: \nframes> end\n"),
    ])
    func theEndOfInputIsControlD(input: String, dialogue: String) async throws {
        let run = try await launch(input: input)
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output == "Free Frames, by way of a script\n" + dialogue)
    }

    @Test func aClosedInputHasEnded() async throws {
        try await withScript { folder in
            let run = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: ["-c", #"exec "$0" --image /dev/null <&-"#, .init(Tool.launcher())],
                environment: Self.environment(with: folder),
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            #expect(run.terminationStatus == .exited(0), "\(run.standardError)")
            #expect(run.standardOutput.hasSuffix("frames> end\n"))
        }
    }

    @Test func silenceIsAllowedAtThePromptOnly() async throws {
        let start = ContinuousClock.now
        // The input stays open for longer than the kernel may be silent.
        let waiting = try await launch(
            ["--timeout", "1"], shell: #"{ sleep 2; echo quit; } | "$0" "$@""#)
        #expect(waiting.status == .exited(0), "\(waiting.errors)")
        #expect(ContinuousClock.now - start > .seconds(2))

        let hanging = try await launch(["--timeout", "1"], input: "hang\nquit\n")
        #expect(hanging.status == .exited(1))
        #expect(hanging.output.hasSuffix("frames> hang\n"))
        #expect(hanging.errors == "kernel: silence for 1 s and no verdict; the machine was ended\n")
    }

    /// `yes` never ends; neither shall it fill the memory, nor keep a machine that has ended.
    @Test func moreInputThanIsWanted() async throws {
        let run = try await launch(
            shell: #"{ echo help; echo quit; yes; } 2>/dev/null | "$0" "$@""#)
        #expect(run.status == .exited(0), "\(run.errors)")
        #expect(run.output.hasSuffix("frames> quit\nheard: quit\n"))
    }

    @Test func aKernelWithoutAPromptLeavesTheInputAlone() async throws {
        let script = #"{ "$0" "$@" --append no-prompt; cat; }"#
        let run = try await launch(shell: "printf 'for the next\\n' | " + script)
        #expect(run.output == "Free Frames, by way of a script\nfor the next\n")
    }

    // A terminal, as `script` gives one to what it runs.

    @Test func keysArriveOneByOneAndTheTerminalIsRestored() async throws {
        let report = try await onTerminal(typing: "help\nquit\n")
        // The terminal itself echoes nothing, so no character stands there twice.
        #expect(report.contains("frames> help\r\nheard: help\r\nframes> quit\r\nheard: quit\r\n"))
        #expect(report.contains("status 0, as before"))
    }

    @Test func controlDIsPassedOn() async throws {
        let report = try await onTerminal(typing: "\u{4}")
        #expect(report.contains("frames> end\r\n"))
        #expect(report.contains("status 0, as before"))
    }

    @Test func controlCEndsTheMachineAndRestoresTheTerminal() async throws {
        let report = try await onTerminal(typing: "he\u{3}")
        #expect(report.contains("frames> he"))
        #expect(report.contains("status 130, as before"))
    }

    @Test(arguments: [("TERM", 143), ("HUP", 129)])
    func aSignalRestoresTheTerminal(signal: String, status: Int) async throws {
        let report = try await onTerminal(typing: "help\nkill \(signal)\n")
        #expect(report.contains("status \(status), as before"), "\(report)")
    }

    /// Types into a terminal on which the launcher runs, key by key, whenever the machine wrote
    /// something; then tells how the launcher ended and whether the terminal is as before.
    private func onTerminal(typing text: String) async throws -> String {
        try #require(
            HostTool.find("script") != nil,
            "script is not installed; install bsdutils, or run Tools/setup --test")
        return try await withScript { folder in
            let session = folder.appending(path: "session")
            try Data(
                """
                # Ctrl-C comes to this shell too, and it has something to tell afterwards.
                trap : INT
                before=$(stty -g)
                '\(Tool.launcher())' --image /dev/null
                status=$?
                [ "$before" = "$(stty -g)" ] && state="as before" || state=changed
                echo "status $status, $state"
                """.utf8
            ).write(to: session)
            let run = try await Subprocess.run(
                .name("script"),
                arguments: [
                    "--quiet", "--return", "--command", "/bin/sh \(session.path)", "/dev/null",
                ],
                environment: Self.environment(with: folder),
                input: .inputWriter, output: .sequence, error: .discarded
            ) { execution in
                var report = ""
                var keys = text[...]
                for try await buffer in execution.standardOutput {
                    report += unsafe buffer.withUnsafeBytes {
                        unsafe String(decoding: $0, as: UTF8.self)
                    }
                    // Before the prompt the terminal is as it was, and would echo.
                    guard report.contains("frames> "), let key = keys.popFirst() else { continue }
                    _ = try await execution.standardInputWriter.write(String(key))
                }
                return report
            }
            return run.closureResult
        }
    }

    private func launch(_ arguments: [String] = [], input: String) async throws -> ToolRun {
        try await withScript { folder in
            let run = try await Subprocess.run(
                .path(.init(Tool.launcher())),
                arguments: Arguments(["--image", "/dev/null"] + arguments),
                environment: Self.environment(with: folder), input: .string(input),
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            return ToolRun(
                status: run.terminationStatus, output: run.standardOutput,
                errors: run.standardError)
        }
    }

    /// Runs a line of shell in which `"$0" "$@"` is the launcher with its arguments.
    private func launch(_ arguments: [String] = [], shell: String) async throws -> ToolRun {
        try await withScript { folder in
            let run = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: Arguments(
                    ["-c", shell, try Tool.launcher(), "--image", "/dev/null"] + arguments),
                environment: Self.environment(with: folder),
                output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
            return ToolRun(
                status: run.terminationStatus, output: run.standardOutput,
                errors: run.standardError)
        }
    }

    private static func environment(with folder: URL) -> Environment {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return .inherit.updating(["PATH": "\(folder.path):\(path)"])
    }

    /// A folder with a script by QEMU's name that does what a kernel with a prompt does: it reads
    /// byte by byte, echoes, and takes the byte 0x04 for the end.
    private func withScript<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "script-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let script = folder.appending(path: EmulatorCommand.executable)
        try Data(
            #"""
            #!/bin/sh
            echo "Free Frames, by way of a script"
            case "$*" in *no-prompt*) exit 33 ;; esac
            printf 'frames> '
            line=
            while byte=$(dd bs=1 count=1 2>/dev/null | od -An -tx1 | tr -d ' '); do
                case $byte in
                '') exit 1 ;;
                04) echo end; exit 33 ;;
                0a)
                    echo
                    case $line in
                    hang) exec sleep 60 ;;
                    'kill '*) kill -"${line#kill }" $PPID; exec sleep 60 ;;
                    esac
                    echo "heard: $line"
                    [ "$line" = quit ] && exit 33
                    line=
                    printf 'frames> '
                    ;;
                *)
                    character=$(printf "\\$(printf %o "0x$byte")")
                    [ "$byte" = 20 ] && line="$line " || line=$line$character
                    printf '%s' "$character"
                    ;;
                esac
            done
            """#.utf8
        ).write(to: script)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: script.path)
        return try await body(folder)
    }
}

/// What the launcher reads in the machine's serial output.
@Suite struct SerialMonitorTests {
    private func readings(_ pieces: String..., holdsBack: Bool = false) -> [String] {
        var monitor = SerialMonitor(holdsBack: holdsBack)
        return pieces.map { piece in
            let reading = monitor.read(piece.utf8)
            return String(decoding: reading.text, as: UTF8.self) + (reading.isAtPrompt ? "!" : "")
        } + [String(decoding: monitor.end(), as: UTF8.self)]
    }

    @Test func findsThePromptAtTheStartOfALine() {
        #expect(readings("frames> ") == ["frames> !", ""])
        #expect(readings("a\nfra", "mes> ") == ["a\nfra", "mes> !", ""])
        #expect(readings("a\r\nframes> ") == ["a\r\nframes> !", ""])
        #expect(readings("a frames> ", "frames>\n") == ["a frames> ", "frames>\n", ""])
    }

    @Test func aLineDrawnAgainIsNoNewPrompt() {
        #expect(
            readings("frames> ", "al\rframes> all", "\n", "frames> ") == [
                "frames> !", "al\rframes> all", "\n", "frames> !", "",
            ])
    }

    @Test func holdsBackWhatComesBeforeTheKernel() {
        #expect(
            readings("\u{1b}[2JBoot\r\nFree", " Frames, by", " way\n", holdsBack: true)
                == ["", "Free Frames, by", " way\n", ""])
        #expect(readings("x\rFree Frames\n", holdsBack: true) == ["Free Frames\n", ""])
    }

    @Test func tellsItIfTheKernelNeverSpoke() {
        #expect(
            readings("\u{1b}[2J\u{1b}[01;01HBds\r\n\u{1b}[=3h", "!!!! X64\n", holdsBack: true)
                == ["", "", "Bds\n!!!! X64\n"])
    }

    @Test func keepsOnlySoMuch() {
        var monitor = SerialMonitor(holdsBack: true)
        for _ in 0..<100 { _ = monitor.read(String(repeating: "x", count: 4096).utf8) }
        _ = monitor.read("end".utf8)
        let end = monitor.end()
        #expect(end.count <= 128 << 10)
        #expect(end.suffix(4) == Array("xend".utf8))
    }
}
