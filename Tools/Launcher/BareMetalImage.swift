import Foundation

/// The kernel's image, built for bare metal in a folder of its own.
enum BareMetalImage {
    static let product = "kernel-image"
    static let triple = "x86_64-unknown-none-elf"
    static let toolset = "Tools/bare-metal.json"

    /// Apart from `.build`, whose lock the `swift run` or `swift test` around us may hold.
    static let scratchPath = ".build/bare-metal"

    /// Where the image lies once it is built, seen from the package's folder.
    static let relativePath = "\(scratchPath)/\(triple)/release/\(product)"

    /// The same, seen from the working directory if that is the package's folder.
    static func path(in root: URL) -> String {
        let workingDirectory = URL(filePath: FileManager.default.currentDirectoryPath)
        return root.path == workingDirectory.standardizedFileURL.path
            ? relativePath
            : root.appending(path: relativePath).path
    }

    /// Builds the image in silence, or fails with the compiler's words.
    static func build(in root: URL) async throws -> String {
        if StandardError.isTerminal {
            StandardError.print("kernel: building the image for bare metal")
        }
        let build = try await HostTool.run(
            "swift",
            [
                "build", "--configuration", "release", "--product", product,
                "--triple", triple, "--toolset", toolset, "--scratch-path", scratchPath,
            ], package: "Swift 6.3 from swift.org", in: root)
        guard build.terminationStatus.isSuccess else {
            throw LaunchFailure.imageDoesNotBuild(output: build.standardOutput)
        }
        return path(in: root)
    }
}
