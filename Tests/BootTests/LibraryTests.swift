import Foundation
import Subprocess
import Testing

/// The chapter modules in somebody else's kernel.
@Suite struct LibraryTests {
    /// `Tests/OwnKernel` is a package of its own; chapter 16 shows its source.
    @Test func aPackageThatUsesTheBookBuildsForBareMetal() async throws {
        let build = try await Subprocess.run(
            .name("swift"),
            arguments: [
                "build", "--package-path", "Tests/OwnKernel", "--target", "OwnKernel",
                "--triple", "x86_64-unknown-none-elf", "--toolset", "Tools/bare-metal.json",
                "--scratch-path", ".build/own-kernel",
            ],
            workingDirectory: .init(Tool.package.path), output: .string(limit: 1 << 20),
            error: .combinedWithOutput)
        #expect(build.terminationStatus == .exited(0), "\(build.standardOutput)")
        #expect(!build.standardOutput.contains("warning:"), "\(build.standardOutput)")
    }
}
