import Foundation
import Subprocess
import TestSupport
import Testing

@testable import Launcher

/// The simulated machine and QEMU's, tried with the same random tables.
@Suite(.serialized) struct JudgeTests {
    /// The seed of the kernel's trial; its command line takes 18 digits.
    static let seed = RandomRun.seed % 1_000_000_000_000_000_000

    /// What the kernel printed in one boot, for all tests here.
    static let output = Task {
        let image = try await Tool.image()
        let run = try await Tool.kernel(
            ["--image", image, "--append", "judge=\(seed) judge-lines"])
        try #require(run.status == .exited(0), "\(run.output.suffix(2000))\n\(run.errors)")
        return run.output
    }

    @Test func threeJudgesAgree() async throws {
        let recorded = try RecordedTrial(try await Self.output.value)
        let comparison = try TrialComparison(recorded)
        let advice: Comment = "\(RandomRun.advice)\n\(comparison.summary)"
        #expect(
            comparison.complaints.isEmpty,
            "\(comparison.complaints.joined(separator: "\n"))\n\(RandomRun.advice)")
        #expect(comparison.freshCount >= 10_000, advice)

        let faulting = comparison.faults.values.reduce(0, +)
        #expect(faulting * 100 >= comparison.freshCount * 30, advice)
        // All codes that there are: a kernel's read is never denied.
        let codes: Set<UInt32> = [0, 2, 4, 6, 16, 20, 3, 5, 7, 17, 21, 9, 11, 13, 15, 25, 29]
        #expect(Set(comparison.faults.keys) == codes, advice)
        for (code, count) in comparison.faults { #expect(count >= 200, "code \(code): \(advice)") }
        for depth in 2...4 {
            #expect(comparison.reached[depth, default: 0] >= 1000, "\(depth) levels: \(advice)")
        }
        // Each of the two has served what was old, and what was new.
        #expect((1..<comparison.staleCount).contains(comparison.servedOld.recorded), advice)
        #expect((1..<comparison.staleCount).contains(comparison.servedOld.simulated), advice)

        // QEMU leaves bit 0 out of every code with the reserved bit, or out of none.
        #expect(comparison.contradictions.simulated == 0, advice)
        let isConsistent =
            comparison.contradictions.recorded == 0
            || !recorded.probes.contains { probe in
                guard case .pageFault(let code, _) = probe.outcome else { return false }
                return code & 9 == 9
            }
        #expect(isConsistent, advice)
    }

    @Test(arguments: ["judge=", "judge=x", "judge=1 judge-count=-1", "judge=1234567890123456789"])
    func aSeedThatIsNoNumberIsSaid(words: String) async throws {
        let run = try await Tool.kernel(["--image", Tool.image(), "--append", words])
        #expect(run.status == .exited(1))
        #expect(
            run.output.hasSuffix(
                "\njudge= and judge-count= want decimal numbers of up to 18 digits\n"))
    }
}
