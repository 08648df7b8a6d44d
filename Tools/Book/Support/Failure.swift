/// A command cannot go on: what is wrong and what to do, in one line for the reader.
struct Failure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
