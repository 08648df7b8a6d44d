import Foundation
import Subprocess
import Synchronization
import Testing

@testable import Launcher

/// What a command printed, and how it ended.
struct ToolRun: Sendable, CustomTestStringConvertible {
    let status: TerminationStatus
    let output: String
    let errors: String

    var testDescription: String { "\(status)\n\(output)\n\(errors)" }
}

/// The launcher that stands beside this test bundle.
enum Tool {
    /// The package, seen from this file.
    static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The `kernel` executable in the folder of the test bundle, or in one around it.
    static func launcher() throws -> String {
        var places = CommandLine.arguments.map { URL(filePath: $0) }
        if let executable = Bundle.main.executableURL { places.append(executable) }
        for place in places {
            var folder = place.standardizedFileURL
            while folder.path != "/" {
                folder.deleteLastPathComponent()
                let candidate = folder.appending(path: "kernel").path
                let attributes = try? FileManager.default.attributesOfItem(atPath: candidate)
                let isFile = attributes?[.type] as? FileAttributeType == .typeRegular
                if isFile && FileManager.default.isExecutableFile(atPath: candidate) {
                    return candidate
                }
            }
        }
        throw Missing(what: "the executable kernel beside the test bundle: run swift build")
    }

    /// For whatever starts a machine: two at a time, as there may be no more processors than that.
    static let places = Places(2)

    /// Runs the launcher with so many arguments, in the package's folder unless another is named.
    static func kernel(
        _ arguments: [String], in folder: URL = package,
        environment: Environment = .inherit
    ) async throws -> ToolRun {
        await places.take()
        defer { places.giveBack() }
        let result = try await Subprocess.run(
            .path(.init(launcher())), arguments: Arguments(arguments), environment: environment,
            workingDirectory: .init(folder.path), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        return ToolRun(
            status: result.terminationStatus, output: result.standardOutput,
            errors: result.standardError)
    }

    /// Runs the kernel, and types lines at its prompt.
    static func kernel(typing lines: [String], _ arguments: [String]) async throws -> ToolRun {
        let image = try await image()
        let result = try await Subprocess.run(
            .path(.init(launcher())), arguments: Arguments(arguments + ["--image", image]),
            workingDirectory: .init(package.path),
            input: .string(lines.map { $0 + "\n" }.joined()), output: .string(limit: 1 << 20),
            error: .string(limit: 1 << 20))
        return ToolRun(
            status: result.terminationStatus, output: result.standardOutput,
            errors: result.standardError)
    }

    /// The image, built once for all tests: by a launcher, since that is how a reader builds it.
    static func image() async throws -> String {
        let run = try await firstRun.value
        try #require(run.status == .exited(0), "\(run.errors)")
        return package.appending(path: BareMetalImage.relativePath).path
    }

    static let firstRun = Task { try await kernel([]) }

    /// A disc with that image and some words, written once for all tests.
    static func disc() async throws -> String {
        let run = try await discWriting.value
        try #require(run.status == .exited(0), "\(run.errors)")
        return discPath
    }

    static let discPath = package.appending(path: ".build/bare-metal/tests, disc.iso").path

    static let discWriting = Task {
        try await kernel([
            "--iso", discPath, "--image", image(), "--append", "test=live-stack",
        ])
    }

    struct Missing: Error, CustomStringConvertible {
        let what: String
        var description: String { "missing: \(what)" }
    }
}

/// So many may be inside at a time; the others wait outside in the order of their coming.
final class Places: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    func take() async {
        await withCheckedContinuation { continuation in
            let mayEnter = state.withLock { state in
                if state.free > 0 {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayEnter { continuation.resume() }
        }
    }

    func giveBack() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            if state.waiting.isEmpty {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
