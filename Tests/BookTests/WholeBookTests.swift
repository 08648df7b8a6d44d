import Foundation
import Tangle
import Testing

extension BookTests {
    /// The book itself, as it stands: what it shows is true, and its modules build everywhere.
    @Suite(.serialized) struct WholeBook {
        static let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

        @Test func everythingThatTheBookShowsIsTrue() async throws {
            let check = try await Run(
                .path(.init(BuiltProducts.book.path)), ["check", "--prebuilt"], in: Self.root)
            #expect(check.succeeded, "\(check.output)\(check.error)")
            #expect(check.output.hasPrefix("checked \(try Self.chapterNames().count) chapters"))
        }

        static func chapterNames() throws -> [ChapterName] {
            Book.fileNames(in: root).compactMap { ChapterName(fileName: $0) }
        }

        /// The folders below `Sources` that chapters belong to.
        static func modules() throws -> [String] {
            let chapters = try chapterNames()
            let sources = root.appendingPathComponent("Sources").path
            return try FileManager.default.contentsOfDirectory(atPath: sources).sorted()
                .filter { module in chapters.contains { $0.belongs(toModule: module) } }
        }

        /// The host's build is the one that these tests run in.
        @Test(arguments: [
            ("x86_64-unknown-none-elf", "bare-metal"),
            ("wasm32-unknown-none-wasm", "webassembly"),
        ])
        func everyModuleBuildsWithoutAWarning(triple: String, name: String) async throws {
            let modules = try Self.modules()
            #expect(modules.count >= 3)
            for module in modules {
                let build = try await Run(
                    .name("swift"),
                    [
                        "build", "-c", "release", "--triple", triple,
                        "--toolset", "Tools/\(name).json",
                        "--scratch-path", ".build/\(name)", "--target", module,
                    ], in: Self.root)
                #expect(build.succeeded, "\(module): \(build.output)\(build.error)")
                #expect(!(build.output + build.error).contains("warning:"), "\(module)")
            }
        }
    }
}
