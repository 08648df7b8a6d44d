import NaiveStack

/// An access that shows each load and store, one line each, and passes it on.
public struct TracedMemory<Base: FrameAccess>: FrameAccess {
    public var base: Base
    /// Whether anything is shown.
    public var isTracing: Bool

    public init(_ base: Base, isTracing: Bool) {
        self.base = base
        self.isTracing = isTracing
    }

    public mutating func load(word: Int, of frame: FrameNumber) throws(Base.Failure) -> UInt64 {
        let value = try base.load(word: word, of: frame)
        show("load ", value, word: word, of: frame)
        return value
    }

    public mutating func store(
        _ value: UInt64, word: Int, of frame: FrameNumber
    ) throws(Base.Failure) {
        try base.store(value, word: word, of: frame)
        show("store", value, word: word, of: frame)
    }

    private func show(_ verb: String, _ value: UInt64, word: Int, of frame: FrameNumber) {
        if !isTracing { return }
        let address = frame.address.rawValue + UInt64(word) * 8
        print("    \(verb) \(value.hexadecimal()) at \(address.hexadecimal())")
    }
}
