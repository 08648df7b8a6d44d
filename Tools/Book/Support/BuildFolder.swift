import Foundation

/// Where SwiftPM has put this very executable, and with it the chapters' modules and executables.
struct BuildFolder {
    /// Such as `.build/x86_64-unknown-linux-gnu/debug`.
    let folder: URL

    init() throws {
        guard let executable = Bundle.main.executableURL?.resolvingSymlinksInPath() else {
            throw Failure("this system does not say where the running executable lies")
        }
        folder = executable.deletingLastPathComponent()
    }

    /// `debug` or `release`.
    var configuration: String { folder.lastPathComponent }

    /// `.build`, or what `--scratch-path` said.
    var scratchPath: URL { folder.deletingLastPathComponent().deletingLastPathComponent() }

    var modules: URL { folder.appendingPathComponent("Modules") }

    /// What a build in another configuration puts where.
    func folder(for configuration: String) -> URL {
        folder.deletingLastPathComponent().appendingPathComponent(configuration)
    }

    var isOfSwiftPM: Bool { ["debug", "release"].contains(configuration) }
}
