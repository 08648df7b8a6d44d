import Foundation
import SeededRandom

public typealias SplitMix64 = SeededRandom.SplitMix64

/// How random tests are run; both can be set from outside, and failures print the seed.
public enum RandomRun {
    /// `FREE_FRAMES_SEED`, or a new one for each run.
    public static let seed: UInt64 =
        environment("FREE_FRAMES_SEED").flatMap { UInt64($0) } ?? .random(in: .min ... .max)

    /// How a test that failed is run again.
    public static var advice: String { "run again with FREE_FRAMES_SEED=\(seed)" }

    /// `FREE_FRAMES_ITERATIONS`, or what the test thinks enough for every day.
    public static func iterations(_ usual: Int) -> Int {
        environment("FREE_FRAMES_ITERATIONS").flatMap { Int($0) } ?? usual
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name]
    }
}
