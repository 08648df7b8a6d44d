import Foundation

/// The folder of the book's package.
enum PackageRoot {
    /// Looks upwards from the working directory, then from this executable.
    static func find() throws -> URL {
        let places = [
            URL(filePath: FileManager.default.currentDirectoryPath),
            Bundle.main.executableURL?.resolvingSymlinksInPath().deletingLastPathComponent(),
        ]
        for case let place? in places {
            var folder = place.standardizedFileURL
            while folder.path != "/" {
                if holdsPackage(folder) { return folder }
                folder.deleteLastPathComponent()
            }
        }
        throw LaunchFailure.packageNotFound
    }

    private static func holdsPackage(_ folder: URL) -> Bool {
        ["Package.swift", BareMetalImage.toolset].allSatisfy {
            FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
        }
    }
}
