import ArgumentParser
import Foundation
import Tangle
import TestSupport

/// Reads mutated chapters until the press breaks or the count is reached.
@main
struct FuzzPress: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz-press",
        abstract: "Gives the press mutated chapters and checks what must hold for each.",
        discussion: """
            Run it in the folder that holds Package.swift. A text that breaks a rule is written to
            fuzzed.md; one that crashes the press is found by --first and --progress 1.
            """)

    @Option(help: "How many mutated chapters to read.")
    var iterations = 100_000

    @Option(help: "The same seed makes the same chapters. (default: a new one)")
    var seed: UInt64 = .random(in: 0...UInt64.max)

    @Option(help: "The iteration to begin with.")
    var first = 0

    @Option(help: "Say after how many iterations where it is; 0 for never.")
    var progress = 0

    @Flag(help: "Measure how long reading and tangling the real book takes instead.")
    var benchmark = false

    func validate() throws {
        if iterations < 0 || first < 0 || progress < 0 {
            throw ValidationError("counts are not negative")
        }
    }

    func run() throws {
        let root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
        if benchmark { return Benchmark(root: root).run() }
        let chapters = Book.fileNames(in: root).compactMap {
            FileManager.default.contents(atPath: root.path + "/Chapters/" + $0).map(Array.init)
        }
        var tally = Tally()
        for iteration in first..<first + iterations {
            if progress > 0 && iteration % progress == 0 { log("iteration \(iteration)") }
            var mutator = Mutator(seed: seed &+ UInt64(iteration), chapters: chapters)
            let text = mutator.text()
            do throws(Judge.Violation) {
                let start = ContinuousClock.now
                let verdict = try Judge.judge(text)
                tally.count(verdict, text, iteration, ContinuousClock.now - start)
            } catch {
                log("error: iteration \(iteration) of --seed \(seed): \(error)")
                try Data(text).write(to: root.appendingPathComponent("fuzzed.md"))
                log("its text is in fuzzed.md")
                throw ExitCode.failure
            }
        }
        print("seed \(seed): \(tally)")
    }

    private func log(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}

/// What a run has seen: a fuzzer that only ever finds refusals tests little.
private struct Tally: CustomStringConvertible {
    private var accepted = 0
    private var refused = 0
    private var blocks = 0
    private var bytes = 0
    private var messages: Set<String> = []
    private var slowest = (time: Duration.zero, iteration: 0)

    mutating func count(
        _ verdict: Judge.Verdict, _ text: [UInt8], _ iteration: Int, _ time: Duration
    ) {
        bytes += text.count
        if time > slowest.time { slowest = (time, iteration) }
        switch verdict {
        case .accepted(let chapter):
            accepted += 1
            blocks += chapter.blocks.count
        case .refused(let faults):
            refused += 1
            for fault in faults.all {
                let words = fault.message.split { !$0.isLetter || !$0.isASCII }
                messages.insert(words.suffix(5).joined(separator: " "))
            }
        }
    }

    var description: String {
        """
        \(accepted + refused) chapters of \(bytes / max(accepted + refused, 1)) bytes on average; \
        \(accepted) accepted with \(blocks) blocks, \(refused) refused with \(messages.count) \
        kinds of fault; no rule broken; the slowest, iteration \(slowest.iteration), took \
        \(slowest.time.milliseconds) ms
        """
    }
}

extension Duration {
    /// In thousandths of a second, with one decimal.
    var milliseconds: Double {
        let (seconds, attoseconds) = components
        let milliseconds = Double(seconds) * 1e3 + Double(attoseconds) / 1e15
        return (milliseconds * 10).rounded() / 10
    }
}
