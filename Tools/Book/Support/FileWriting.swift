import Foundation

extension URL {
    /// Writes text, and the folders on the way, unless the file holds just that already: a build
    /// that finds nothing new does nothing.
    func writeIfChanged(_ text: String) throws {
        let data = Data(text.utf8)
        if FileManager.default.contents(atPath: path) == data { return }
        do {
            try FileManager.default.createDirectory(
                at: deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: self, options: .atomic)
        } catch {
            throw Failure("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// The file's text, or nil if it cannot be read as such.
    var text: String? {
        FileManager.default.contents(atPath: path).flatMap {
            String(validating: $0, as: UTF8.self)
        }
    }
}
