import Foundation

/// What a command says while it works and when it is done.
enum Output {
    static func print(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    static func complain(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Names a step that takes a while, for a reader who waits; logs do not need it.
    static func announce(_ step: String) {
        if isatty(2) == 1 { complain("\(step) …") }
    }
}

/// `1 chapter`, `2 chapters`.
func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
}
