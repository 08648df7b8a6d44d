import Foundation

/// A small random number generator that gives the same numbers for the same seed everywhere, so
/// that a test which failed once can be run again. (Steele, Lea and Flood, "Fast splittable
/// pseudorandom number generators", 2014.)
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, a bound.
    public mutating func number(below bound: Int) -> Int {
        Int.random(in: 0..<bound, using: &self)
    }

    /// Whether something that happens once in so many times happens now.
    public mutating func isOneIn(_ times: Int) -> Bool { number(below: times) == 0 }
}

/// The seed of a random test: `FREE_FRAMES_SEED` from the environment, or a new one every time.
/// A test that fails names its seed, and `FREE_FRAMES_SEED=… swift test --filter …` repeats it.
public enum TestSeed {
    public static let value: UInt64 =
        ProcessInfo.processInfo.environment["FREE_FRAMES_SEED"].flatMap { UInt64($0) }
        ?? UInt64.random(in: 0...UInt64.max)

    /// How a test that failed is run again.
    public static var advice: String { "run again with FREE_FRAMES_SEED=\(value)" }
}
