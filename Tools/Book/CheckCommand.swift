import ArgumentParser
import Foundation
import Tangle

/// `book check`: everything that the book shows is true.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check that everything the book shows is true.",
        discussion: """
            Builds the package, then tries what the chapters show: wrong programs are refused in \
            the words they expect; an exercise's start fails its test and its solution passes; \
            console commands print what is shown; excerpts stand in their files; links lead \
            somewhere. All faults are reported in one run, as path:line:column: error: what, and \
            what to do; the exit status is then 1.

            A console block shows commands, each behind "$ ", and below each what it prints: its \
            standard output, then its standard error. They run in the book's folder, by sh, \
            without a terminal, apart from each other; "swift run NAME" and "swift run -c release \
            NAME" start what is built already. "…" stands for any text in a line, a line "…" for \
            any lines. A command that fails says so in a line behind its output:

                $ swift run naive-stack --memory-map none
                Error: …
                [exit status 1]

            In a block "console measured", a figure matches any figure, and runs of spaces each \
            other. A line that ends in a bound, such as (≥ 100×) or (≤ 1.1), shows the bound \
            itself as printed, and the last figure before it must keep it. The prose cites a \
            bound as `≥ 100×`, below the block that prints it.
            """)

    @Argument(help: "The chapters to check; without any, all.")
    var chapters: [String] = []

    @Flag(
        help: """
            Use the modules and executables beside this one, and build only executables of other \
            configurations.
            """)
    var prebuilt = false

    @Option(help: "How many seconds a console command may take.")
    var timeout = 120

    func validate() throws {
        if timeout < 1 { throw ValidationError("--timeout takes a number of seconds from 1 on.") }
    }

    func run() async throws {
        let folder = try BookFolder()
        let names = Set(try chapters.map { try folder.chapterName(for: $0) })
        var (book, faults) = Book.read(root: folder.root)
        let chosen = book.chapters.filter { names.isEmpty || names.contains($0.name) }
        let isReadable = faults.isEmpty
        let shown = chosen.map { ShownCommands($0) }
        faults += chosen.flatMap { staticFaults(in: $0, root: folder.root) }
        faults += shown.flatMap(\.faults)
        if isReadable {
            let figures = chosen.flatMap(\.figures).map { "Chapters/\($0.destination)" }
            let paths = Set(chosen.map(\.path) + figures)
            faults += book.linkFaults(root: folder.root).filter { fault in
                names.isEmpty || paths.contains(fault.path)
            }
            faults += try await runningFaults(in: shown, of: book, folder: folder)
        } else {
            Output.complain(
                "No link, wrong program, exercise or console command is checked "
                    + "before every chapter can be read.")
        }
        guard faults.isEmpty else {
            let all = Diagnostics(faults).all
            Output.complain(Diagnostics(all).description)
            Output.complain("\(counted(all.count, "fault")) in the book")
            throw ExitCode.failure
        }
        Output.print(Tally(chosen, commands: shown.flatMap(\.commands)).description)
    }

    /// What is seen without building anything.
    private func staticFaults(in chapter: Chapter, root: URL) -> [Diagnostic] {
        CitedBoundCheck.faults(in: chapter)
            + chapter.blocks.compactMap { block in
                switch block.form {
                case .wrong: WrongProgramCheck.missingExpectation(block, in: chapter)
                case .excerpt: ExcerptCheck.fault(of: block, in: chapter, root: root)
                default: nil
                }
            }
    }

    /// What takes compilers and processes.
    private func runningFaults(
        in shown: [ShownCommands], of book: Book, folder: BookFolder
    ) async throws -> [Diagnostic] {
        let build = try BuildFolder()
        let package = PackageBuild(book: folder, build: build)
        let buildFaults =
            try await (prebuilt ? [] : package.faults())
            + package.faults(for: shown.flatMap(\.commands))
        if !buildFaults.isEmpty {
            Output.complain(
                "No wrong program, exercise or console command is checked "
                    + "before the package builds.")
            return buildFaults
        }
        let wrong = WrongProgramCheck(book: folder, build: build)
        var faults: [Diagnostic] = []
        for chapter in shown.map(\.chapter) {
            for block in chapter.blocks
            where block.form == .wrong && WrongProgramCheck.hasExpectation(block) {
                faults += try await wrong.faults(of: block, in: chapter)
            }
        }
        let exercises = shown.flatMap { Exercise.all(in: $0.chapter) }
        faults += try await ExerciseCheck(book: book, folder: folder).faults(of: exercises)
        let console = ConsoleCheck(
            book: folder, shim: try SwiftShim(in: folder.workFolder, build: build),
            timeout: timeout)
        for shown in shown {
            faults += try await console.faults(of: shown.commands, in: shown.chapter)
        }
        return faults
    }
}

/// The console commands of one chapter.
private struct ShownCommands {
    var chapter: Chapter
    var commands: [ConsoleCommand]
    var faults: [Diagnostic]

    init(_ chapter: Chapter) {
        let blocks = chapter.blocks.map { ConsoleBlock($0, path: chapter.path) }
        self.chapter = chapter
        commands = blocks.flatMap(\.commands)
        faults = blocks.flatMap(\.faults)
    }
}
