import Foundation

/// The folder that a report is written to.
public struct ReportFolder {
    private let folder: URL

    /// Makes the folder if it is not there.
    ///
    /// - Throws: `MeasurementError` if nothing can be written there.
    public init(_ path: String) throws(MeasurementError) {
        folder = URL(fileURLWithPath: path, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw Self.refusal(path)
        }
        if !FileManager.default.isWritableFile(atPath: folder.path) { throw Self.refusal(path) }
    }

    /// Writes a file of the report.
    ///
    /// - Throws: `MeasurementError` if it cannot be written.
    public func write(_ text: String, to name: String) throws(MeasurementError) {
        let file = folder.appendingPathComponent(name)
        do {
            try Data(text.utf8).write(to: file)
        } catch {
            throw Self.refusal(file.path)
        }
    }

    /// Writes a value as JSON, with sorted keys.
    ///
    /// - Throws: `MeasurementError` if it cannot be written.
    public func write(json value: some Encodable, to name: String) throws(MeasurementError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(value), let text = String(data: data, encoding: .utf8)
        else { throw MeasurementError("the report cannot be written as JSON") }
        try write(text + "\n", to: name)
    }

    private static func refusal(_ path: String) -> MeasurementError {
        MeasurementError(
            "cannot write to '\(path)'; give a folder with --output that you may write to")
    }
}
