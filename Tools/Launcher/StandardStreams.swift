import Foundation

/// Standard output, unbuffered.
enum StandardOutput {
    static func write(_ text: [UInt8]) throws(LaunchFailure) {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(text))
        } catch {
            throw .outputClosed
        }
    }
}

/// Standard error: whatever is not the kernel's own output.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }

    static func print(_ text: String, terminator: String = "\n") {
        // Where nobody reads the reason, the exit status still tells that there is one.
        try? FileHandle.standardError.write(contentsOf: Data((text + terminator).utf8))
    }
}
