import Foundation
import Subprocess

/// Standard output, unbuffered.
enum StandardOutput {
    static func write(_ buffer: SubprocessOutputSequence.Buffer) throws(LaunchFailure) {
        let written = buffer.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                let count = Foundation.write(
                    STDOUT_FILENO, bytes.baseAddress! + offset, bytes.count - offset)
                if count >= 0 {
                    offset += count
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
        if !written { throw .outputClosed }
    }
}

/// Standard error: whatever is not the kernel's own output.
enum StandardError {
    static var isTerminal: Bool { isatty(STDERR_FILENO) != 0 }

    static func print(_ text: String, terminator: String = "\n") {
        FileHandle.standardError.write(Data((text + terminator).utf8))
    }
}
