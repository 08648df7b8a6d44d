import Foundation
import PackagePlugin

/// Tangles, for a target named after a module (`NaiveStack`, `NaiveStackExample`,
/// `NaiveStackTests`), each chapter that belongs to the module into one Swift file. The kernel's
/// executable is `KernelImage`.
///
/// SwiftPM asks for the commands again only when the package changes, not when a chapter does, so
/// what is written here depends on the chapters' names alone.
@main
struct TanglePlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
        let (module, destination) = Self.role(of: target.name)
        let root = context.package.directoryURL
        let chapters = root.appending(path: "Chapters")
        let fileNames = try FileManager.default.contentsOfDirectory(atPath: chapters.path)
        let tool = try context.tool(named: "TangleTool")
        return fileNames.sorted().filter { Self.belongs($0, toModule: module) }.map { fileName in
            let stem = fileName.dropLast(3)
            let output = context.pluginWorkDirectoryURL.appending(path: "\(stem).swift")
            return .buildCommand(
                displayName: "Tangling \(fileName) for \(target.name)",
                executable: tool.url,
                arguments: [root.path, fileName, destination, output.path],
                inputFiles: [chapters.appending(path: fileName)],
                outputFiles: [output])
        }
    }

    private static func role(of target: String) -> (module: String, destination: String) {
        let destinations = [("Example", "example"), ("Image", "example"), ("Tests", "test")]
        for (suffix, destination) in destinations where target.hasSuffix(suffix) {
            return (String(target.dropLast(suffix.count)), destination)
        }
        return (target, "module")
    }

    /// The rule of `ChapterName.belongs(toModule:)`, which a plugin cannot import.
    private static func belongs(_ fileName: String, toModule module: String) -> Bool {
        guard fileName.hasSuffix(".md") else { return false }
        var kebab = ""
        for character in module {
            if character.isUppercase { kebab += "-" }
            kebab += character.lowercased()
        }
        let name = fileName.dropFirst(2).dropLast(3)
        return name == kebab || name.hasPrefix(kebab + "-")
    }
}
