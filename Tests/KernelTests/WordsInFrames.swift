import NaiveStack
import Reservoir

/// An allocator's words in the frames of a test's memory, where the kernel has them too.
///
/// - Parameter Memory: it refers to the memory; a copy of it shows the same words.
struct WordsInFrames<Memory: FrameAccess>: AtomicWords where Memory.Failure == Never {
    let memory: Memory
    let first: FrameNumber
    /// A mistake for tests: the bits of frames that are given back stay as they are.
    var forgetsReturns = false

    private func place(of index: Int) -> (word: Int, frame: FrameNumber) {
        (index % Frame.wordCount, first.advanced(by: index / Frame.wordCount))
    }

    subscript(index: Int) -> UInt64 {
        get {
            let (word, frame) = place(of: index)
            var memory = memory
            return memory.load(word: word, of: frame)
        }
        nonmutating set {
            let (word, frame) = place(of: index)
            var memory = memory
            memory.store(newValue, word: word, of: frame)
        }
    }

    func exchange(
        _ index: Int, expecting expected: UInt64, for new: UInt64
    ) -> (exchanged: Bool, original: UInt64) {
        let original = self[index]
        if original != expected { return (false, original) }
        // The first words are counters and the like.
        if forgetsReturns && index >= 4 && new & original == original { return (true, original) }
        self[index] = new
        return (true, original)
    }
}
