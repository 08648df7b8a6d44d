import Foundation
import Tangle

/// Builds the package that the running executable belongs to, into the same folder.
struct PackageBuild {
    let book: BookFolder
    let build: BuildFolder

    /// Builds the package.
    func faults() async throws -> [Diagnostic] {
        guard build.isOfSwiftPM else {
            throw Failure(
                "this executable does not lie in a build folder; type swift run book check, "
                    + "or give --prebuilt to use what lies beside it")
        }
        Output.announce("building the package")
        return try await faults(of: ["-c", build.configuration], in: build.scratchPath)
    }

    /// Builds the executables of other configurations that console commands start, in a folder of
    /// their own: whoever runs this may be a build himself.
    func faults(for commands: [ConsoleCommand]) async throws -> [Diagnostic] {
        var faults: [Diagnostic] = []
        for (configuration, product) in Self.otherExecutables(in: commands)
        where faults.isEmpty && configuration != build.configuration {
            Output.announce("building \(product) in \(configuration)")
            faults += try await self.faults(
                of: ["-c", configuration, "--product", product],
                in: SwiftShim.otherConfigurations(in: book.workFolder))
        }
        return faults
    }

    /// What `swift run -c CONFIGURATION PRODUCT` names, each once.
    private static func otherExecutables(in commands: [ConsoleCommand]) -> [(String, String)] {
        var found: [String: (String, String)] = [:]
        for command in commands {
            for match in command.text.matches(of: /swift run (?:-c|--configuration) (\w+) (\S+)/) {
                found[String(match.0)] = (String(match.1), String(match.2))
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private func faults(of options: [String], in scratchPath: URL) async throws -> [Diagnostic] {
        let swift = ChildProcess(
            program: "swift", arguments: ["build", "--scratch-path", scratchPath.path] + options,
            folder: book.root)
        let outcome = try await swift.run()
        if outcome.succeeded { return [] }
        let output = CompilerOutput(text: outcome.output)
        let errors = output.errors(in: book.root)
        if !errors.isEmpty { return errors }
        return [
            Diagnostic(
                path: "Package.swift", position: Position(line: 1),
                message: "the package does not build; swift build says\(output.ending)")
        ]
    }
}
