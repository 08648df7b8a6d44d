import Foundation
import Subprocess

/// A program of the host that does part of the launcher's work.
enum HostTool {
    typealias Result = ExecutionResult<Void, StringOutput<UTF8>, CombinedErrorOutput>

    /// Runs a program to its end; `package` is what to install where there is no such program.
    static func run(
        _ name: String, _ arguments: [String], package: String,
        environment: Environment = .inherit, in folder: URL? = nil
    ) async throws -> Result {
        // In a process group of its own, so that an interruption ends it in our order.
        var platformOptions = PlatformOptions()
        platformOptions.processGroupID = 0
        platformOptions.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ]
        do {
            return try await Subprocess.run(
                name.contains("/") ? .path(.init(name)) : .name(name),
                arguments: Arguments(arguments),
                environment: environment,
                workingDirectory: folder.map { .init($0.path) },
                platformOptions: platformOptions,
                output: .string(limit: 16 << 20),
                error: .combinedWithOutput)
        } catch let error as SubprocessError where error.code == .executableNotFound {
            throw LaunchFailure.toolMissing(name: name, package: package)
        }
    }

    /// Where the search path has a program of this name, its symbolic links resolved or not.
    static func find(_ name: String) -> URL? {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        return path.split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
}
