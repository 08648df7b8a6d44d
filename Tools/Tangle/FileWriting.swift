import Foundation

/// A file that cannot be written, and why.
public struct UnwritableFile: Error, CustomStringConvertible {
    public var path: String
    public var reason: String

    public var description: String { "\(path): error: cannot be written: \(reason)" }
}

extension URL {
    /// Writes text, and the folders on the way, unless the file holds just that already: a build
    /// that finds nothing new does nothing.
    public func writeIfChanged(_ text: String) throws(UnwritableFile) {
        let data = Data(text.utf8)
        if FileManager.default.contents(atPath: path) == data { return }
        do {
            try FileManager.default.createDirectory(
                at: deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: self, options: .atomic)
        } catch {
            throw UnwritableFile(path: path, reason: error.localizedDescription)
        }
    }
}
