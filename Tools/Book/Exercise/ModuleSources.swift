import Foundation
import Tangle

/// A module of the book as plain sources: what a nested package compiles without any plugin.
struct ModuleSources {
    var name: String
    /// The files by their paths below the target's folder.
    var texts: [String: String] = [:]
    /// The modules of the book that it imports.
    var imports: Set<String> = []

    /// A module of the book: what its folder holds, and its chapters' code.
    init(_ name: String, book: Book, folder: BookFolder) {
        self.name = name
        let sources = folder.root.appendingPathComponent("Sources/\(name)")
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: sources.path)) ?? []
        for path in paths {
            texts[path] = sources.appendingPathComponent(path).text
        }
        for chapter in book.chapters where chapter.name.belongs(toModule: name) {
            texts["\(chapter.name.stem).swift"] = chapter.tangled(for: .module).text
        }
        let swift = texts.filter { $0.key.hasSuffix(".swift") }.values
        imports = Self.imports(in: swift, among: folder.modules).subtracting([name])
    }

    /// The modules of the book that some Swift imports: what a manifest must declare.
    static func imports(in texts: some Sequence<String>, among modules: [String]) -> Set<String> {
        let statement = /(?:@?[\w()]+\s+)*import\s+(?:[a-z]+\s+)?(\w+)(?:\.\w+)*\s*(?:[;\/].*)?/
        var found: Set<String> = []
        for text in texts {
            for line in text.cutIntoPrintedLines() where line.contains("import") {
                let words = line.drop { $0 == " " || $0 == "\t" }
                if let match = words.wholeMatch(of: statement) { found.insert(String(match.1)) }
            }
        }
        return found.intersection(modules)
    }
}
