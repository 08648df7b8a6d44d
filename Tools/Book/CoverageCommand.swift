import ArgumentParser
import Foundation
import Tangle

/// `book coverage`: which lines of the chapters no test has executed.
struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "List the lines of the chapters that no test has executed.",
        discussion: """
            Reads what the last `swift test --enable-code-coverage` has measured; it writes that \
            down only if every test passes. What counts is a chapter's module; its example and its \
            tests do not.
            """)

    @Option(help: "llvm's coverage report, if it lies elsewhere than SwiftPM puts it.")
    var json: String?

    func run() async throws {
        let folder = try BookFolder()
        let file = try reportFile()
        let report = try read(file)
        let book: Book
        do throws(Diagnostics) {
            book = try Book(root: folder.root)
        } catch {
            Output.complain(error.description)
            throw ExitCode.failure
        }
        for chapter in book.chapters
        where chapter.blocks.contains(where: { $0.form == .module }) {
            try checkAge(of: file, against: chapter, in: folder)
            show(ChapterCoverage(of: chapter, in: report), of: chapter)
        }
    }

    private func show(_ coverage: ChapterCoverage?, of chapter: Chapter) {
        guard let coverage else {
            Output.print("\(chapter.path): not measured")
            return
        }
        for line in coverage.uncovered.sorted() {
            Output.print("\(chapter.path):\(line): not covered")
        }
        let all = coverage.covered.count + coverage.uncovered.count
        let tenths = Int(coverage.percentage * 10)
        Output.print(
            "\(chapter.path): \(tenths / 10).\(tenths % 10)% of \(counted(all, "line")) covered")
    }

    private func reportFile() throws -> URL {
        if let json { return URL(fileURLWithPath: json) }
        let folder = try BuildFolder().folder.appendingPathComponent("codecov")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        guard let name = names.filter({ $0.hasSuffix(".json") }).sorted().first else {
            throw Failure(
                "nothing has been measured; type swift test --enable-code-coverage first")
        }
        return folder.appendingPathComponent(name)
    }

    private func read(_ file: URL) throws -> CoverageReport {
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw Failure("\(file.path) cannot be read; is it there?")
        }
        do {
            return try JSONDecoder().decode(CoverageReport.self, from: data)
        } catch {
            throw Failure("\(file.path) is no coverage report of llvm's")
        }
    }

    /// The report counts the lines of the chapter as it was.
    private func checkAge(of report: URL, against chapter: Chapter, in folder: BookFolder) throws {
        let date = { (path: String) in
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return attributes?[.modificationDate] as? Date
        }
        let chapterFile = folder.root.appendingPathComponent(chapter.path).path
        guard let measured = date(report.path), let written = date(chapterFile) else { return }
        if written > measured {
            throw Failure(
                "\(chapter.path) has changed since it was measured; "
                    + "type swift test --enable-code-coverage again")
        }
    }
}
