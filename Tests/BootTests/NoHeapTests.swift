import Foundation
import Subprocess
import Testing

@testable import Launcher

/// Nothing in the image provides a heap, so a kernel that wants one does not link.
@Suite struct NoHeapTests {
    @Test func aKernelThatAllocatesDoesNotLink() async throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "allocating-kernel-\(UUID())")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for name in ["Package.swift", "Chapters", "Sources", "Tools"] {
            try FileManager.default.copyItem(
                at: Tool.package.appending(path: name), to: folder.appending(path: name))
        }
        try FileManager.default.createDirectory(
            at: folder.appending(path: "Tests"), withIntermediateDirectories: true)
        try reduceManifest(in: folder)
        try plantArray(in: folder.appending(path: "Chapters/11-kernel-first-frames.md"))

        let run = try await Tool.kernel([], in: folder)
        #expect(run.status == .exited(1))
        #expect(run.errors.hasPrefix("kernel: the image does not build:\n"))
        #expect(run.errors.contains("undefined symbol: posix_memalign"), "\(run.errors)")
    }

    /// Only what the image needs.
    private func reduceManifest(in folder: URL) throws {
        let file = folder.appending(path: "Package.swift")
        let manifest = try String(contentsOf: file, encoding: .utf8)
        let reduction = ReducedManifest.keeping(["KernelImage"])
        try Data((manifest + reduction).utf8).write(to: file)
    }

    private func plantArray(in chapter: URL) throws {
        let text = try String(contentsOf: chapter, encoding: .utf8)
        let place = "    console.print(\"ok\")\n"
        try #require(text.contains(place))
        let planted = """
                var heap: [UInt32] = []
                for number in 0..<magic { heap.append(number) }
                console.print("\\(heap.count)")

            """
        try Data(text.replacing(place, with: planted + place).utf8).write(to: chapter)
    }
}
