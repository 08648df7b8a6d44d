/// Why there was no success, in words for the reader.
enum LaunchFailure: Error, CustomStringConvertible {
    case packageNotFound
    case imageUnreadable(path: String)
    case toolMissing(name: String, package: String)
    case packagesMissing([String], purpose: String)
    case imageDoesNotBuild(output: String)
    case imageIsDisc(path: String, remedy: String)
    case discNotMade(tool: String, output: String)
    case discNotWritten(path: String, reason: String)
    case noAcceleration(reason: String)
    case kernelFailed
    case noVerdict
    case silence(seconds: Double)
    case emulatorFailed(ending: String, complaint: String)
    case outputClosed

    var description: String {
        switch self {
        case .packageNotFound:
            "the book's package was not found; run this in its folder"
        case .imageUnreadable(let path):
            "the image \(path) cannot be read"
        case .toolMissing(let name, let package):
            "\(name) is not installed; install \(package), or run Tools/setup"
        case .packagesMissing(let names, let purpose):
            "\(purpose) needs what is not installed: install \(names.joined(separator: " and ")), "
                + "or run Tools/setup --test"
        case .imageIsDisc(let path, let remedy):
            "\(path) is a disc: \(remedy)"
        case .discNotMade(let tool, let output):
            "\(tool) could not do its part of the disc:\n"
                + output.trimmingSuffix(while: \.isWhitespace)
        case .discNotWritten(let path, let reason):
            "\(path) cannot be written: \(reason)"
        case .noAcceleration(let reason):
            "no acceleration: \(reason); without --accelerate the machine is emulated"
        case .imageDoesNotBuild(let output):
            "the image does not build:\n\(output.trimmingSuffix(while: \.isWhitespace))"
        case .kernelFailed:
            "the kernel reported a failure; its last lines say which"
        case .noVerdict:
            "the machine was reset or powered off before the kernel gave its verdict"
        case .silence(let seconds):
            "silence for \(seconds.formatted()) s and no verdict; the machine was ended"
        case .emulatorFailed(let ending, let complaint):
            complaint.isEmpty
                ? "QEMU ended with \(ending) and gave no reason"
                : "QEMU ended with \(ending): \(complaint.trimmingSuffix(while: \.isWhitespace))"
        case .outputClosed:
            "standard output was closed before the kernel gave its verdict"
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var text = self[...]
        while let last = text.last, predicate(last) { text.removeLast() }
        return text
    }
}

extension Double {
    /// Without a fraction where there is none.
    fileprivate func formatted() -> String {
        self == rounded() ? "\(Int(self))" : "\(self)"
    }
}
