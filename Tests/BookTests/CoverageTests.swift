import Testing

extension BookTests {
    @Suite struct Coverage {
        private let plugin = "/p/.build/plugins/outputs/book"

        /// One file of llvm's report; a segment is line, column, count, has count, is entry, is gap.
        private func file(_ target: String, segments: String) -> String {
            """
            {"filename": "\(plugin)/\(target)/destination/TanglePlugin/01-sample.swift", \
            "segments": [\(segments)]}
            """
        }

        private func report(_ files: String...) -> String {
            "{\"data\": [{\"files\": [\(files.joined(separator: ", "))], \"totals\": {}}]}"
        }

        private let chapter = """
            ```swift
            func f(_ x: Int) -> Int {
                if x > 0 {
                    // <<a chunk>>
                }
                return 1
            }
            ```

            ```swift chunk="a chunk"
            let y = x
            return y
            ```
            """

        @Test func linesAreTheChapters() async throws {
            let book = try ThrowAwayBook(sample: chapter)
            // In the tangled file the chunk stands where it stands in the chapter, and a line
            // directive in line 15 leads back to the brace that ends `if`.
            let module = file(
                "Sample",
                segments: """
                    [4,25,3,true,true,false], [5,8,3,true,true,false], \
                    [5,13,3,true,false,false], [5,14,0,true,true,false], \
                    [16,6,3,true,false,false], [18,2,0,false,false,false]
                    """)
            let other = file("SampleTests", segments: "[4,1,0,true,true,false]")
            try book.write("coverage.json", report(other, module))
            let run = try await book.run("coverage", "--json", "coverage.json")
            #expect(run.succeeded, "\(run.error)")
            #expect(
                run.lines == [
                    "Chapters/01-sample.md:7: not covered",
                    "Chapters/01-sample.md:13: not covered",
                    "Chapters/01-sample.md:14: not covered",
                    "Chapters/01-sample.md: 57.1% of 7 lines covered",
                ])
        }

        @Test func whatWasNotMeasuredIsSaid() async throws {
            let book = try ThrowAwayBook(sample: chapter)
            try book.write("coverage.json", report())
            let run = try await book.run("coverage", "--json", "coverage.json")
            #expect(run.output == "Chapters/01-sample.md: not measured\n")
        }

        @Test func mistakesAreOneLine() async throws {
            let book = try ThrowAwayBook()
            try book.write("none.json", "[]")
            try book.write("old.json", report())
            try book.write("Chapters/01-sample.md", "# Sample\n\n" + chapter)
            let foreign = try await book.run("coverage", "--json", "none.json")
            #expect(foreign.error.hasSuffix("none.json is no coverage report of llvm's\n"))
            let missing = try await book.run("coverage", "--json", "missing.json")
            #expect(missing.error.hasSuffix("missing.json cannot be read; is it there?\n"))
            let old = try await book.run("coverage", "--json", "old.json")
            #expect(old.error.hasPrefix("Error: Chapters/01-sample.md has changed since"))
        }
    }
}
