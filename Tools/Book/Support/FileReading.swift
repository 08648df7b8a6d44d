import Foundation

extension URL {
    /// The file's text, or nil if it cannot be read as such.
    var text: String? {
        FileManager.default.contents(atPath: path).flatMap {
            String(validating: $0, as: UTF8.self)
        }
    }
}
