import Testing

extension BookTests {
    @Suite struct Check {
        @Test func whatIsTrueIsCounted() async throws {
            let book = try ThrowAwayBook(
                sample: """
                    ```swift
                    public let one = 1
                    ```

                    ```swift wrong
                    let text: Int = "one"  // expected-error {{cannot convert value of type}}
                    ```

                    ```console
                    $ echo one
                    one
                    $ echo two; exit 3
                    two
                    [exit status 3]
                    ```

                    ```console measured
                    $ echo 'fast: 130× (≥ 100×)'
                    fast: 250× (≥ 100×)
                    ```

                    At least `≥ 100×`, as [the first section](#sample) says.

                    ```asm from="Sources/Boot/entry.S"
                    one:
                        nop
                    ```

                    ```text
                    a drawing
                    ```
                    """)
            try book.write("Sources/Boot/entry.S", "zero:\n    hlt\none:\n    nop\ntwo:\n")
            let run = try await book.run("check", "--prebuilt")
            #expect(run.succeeded, "\(run.error)")
            #expect(
                run.output == """
                    checked 1 chapter:
                      6 blocks:
                        1 asm
                        1 console
                        1 console measured
                        1 swift
                        1 swift wrong
                        1 text
                      1 wrong program, refused as they expect
                      0 exercises: the start fails the test, the solution passes it
                      3 console commands, of which 1 measured
                      1 excerpt, found in the files they name
                      1 link, 0 figures, 1 cited bound

                    """)
        }

        @Test func everyFaultIsReportedInOneRun() async throws {
            let book = try ThrowAwayBook(
                sample: """
                    ```console
                    $ echo one
                    two
                    ```

                    ```swift wrong
                    let text: Int = "one"
                    ```

                    ```c from="Sources/missing.c"
                    int one;
                    ```

                    It is `≥ 7×` faster.

                    ```swift wrong
                    let one = 1  // expected-error {{no}}
                    ```

                    ```console
                    no command
                    ```
                    """)
            let run = try await book.run("check", "--prebuilt")
            #expect(run.status == .exited(1))
            #expect(run.output.isEmpty)
            let path = "Chapters/01-sample.md"
            let lines = run.faults.map { $0.split(separator: ":").prefix(2).joined(separator: ":") }
            #expect(lines == [5, 8, 12, 16, 19, 23].map { "\(path):\($0)" }, "\(run.error)")
            #expect(run.error.hasSuffix("6 faults in the book\n"))
        }

        @Test func whatCannotBeReadHidesNothingElse() async throws {
            let book = try ThrowAwayBook(sample: "```swift chunk=\"unused\"\n```\n")
            try book.write(
                "Chapters/02-other.md", "# Other\n\n```c from=\"Sources/missing.c\"\nx\n```\n")
            let run = try await book.run("check", "--prebuilt")
            #expect(run.faults.count == 2)
            #expect(run.faults[0].hasPrefix("Chapters/01-sample.md:3:1: error: chunk 'unused'"))
            #expect(run.faults[1].hasPrefix("Chapters/02-other.md:3:1: error: Sources/missing.c"))
            #expect(run.error.contains("No link, wrong program, exercise or console command"))
        }

        @Test func chaptersCanBeChosen() async throws {
            let book = try ThrowAwayBook(sample: "```console\n$ echo one\n```\n")
            try book.write("Chapters/02-other.md", "# Other\n")
            let good = try await book.run("check", "--prebuilt", "other")
            #expect(good.succeeded && good.output.hasPrefix("checked 1 chapter:"))
            let bad = try await book.run("check", "--prebuilt", "02", "01-sample")
            #expect(bad.status == .exited(1) && bad.faults.count == 1)
            let unknown = try await book.run("check", "--prebuilt", "03")
            #expect(unknown.error == "Error: no chapter '03'; there is 'sample' and 'other'\n")
            #expect(unknown.status == .exited(1))
        }

        @Test func aFolderWithoutABookIsToldSo() async throws {
            let run = try await ThrowAwayBook().run("check", "--prebuilt")
            #expect(run.status == .exited(1))
            #expect(run.error.hasPrefix("Error: no book in "))
        }

        private static let programs: [(String, String?)] = [
            ("let x: Int = \"\"  // expected-error {{cannot convert value}}", nil),
            ("let x: Int = 1  // expected-error {{cannot convert}}", "4:"),
            ("let x: Int = \"\"  // expected-error {{cannot help it}}", "4:"),
            (
                "let y = \"\" as Int\nlet x: Int = \"\"  // expected-error {{cannot convert value}}",
                "4:9: error: the compiler says more than the program expects; add "
                    + "// expected-error {{cannot convert value of type 'String' to type 'Int' in "
            ),
            ("import Missing  // expected-error {{no such module 'Missing'}}", nil),
            (
                """
                import NaiveStack
                func freeTwice(_ stack: inout FrameStack, _ memory: inout CountedMemory) {
                    guard let frame = stack.pop(through: &memory) else { return } \
                // expected-error {{'frame' consumed more than once}}
                    stack.push(frame, through: &memory)  // expected-note {{consumed here}}
                    stack.push(frame, through: &memory)
                }
                """,
                "8:16: error: the compiler says more than the program expects; add "
                    + "// expected-note {{consumed again here}}"
            ),
        ]

        @Test(arguments: programs)
        func wrongPrograms(program: String, fault: String?) async throws {
            let book = try ThrowAwayBook(sample: "```swift wrong\n\(program)\n```\n")
            let run = try await book.run("check", "--prebuilt")
            #expect(run.succeeded == (fault == nil), "\(run.error)")
            if let fault {
                #expect(
                    run.faults.first?.hasPrefix("Chapters/01-sample.md:\(fault)") == true,
                    "\(run.error)")
            }
        }

        private static let excerpted: [(String, String?)] = [
            ("int one;\nint two;", nil),
            ("int two;", nil),
            ("int one;\nint three;", "5:1: error: the excerpt leaves Sources/a.c here; copy"),
            ("int four;", "4:1: error: this line does not stand in Sources/a.c"),
            ("int two;\nint three;\nint four;", "6:1: error: the excerpt leaves Sources/a.c here"),
            ("", "3:1: error: an empty excerpt"),
        ]

        @Test(arguments: excerpted)
        func excerpts(lines: String, fault: String?) async throws {
            let block = lines.isEmpty ? "" : lines + "\n"
            let book = try ThrowAwayBook(sample: "```c from=\"Sources/a.c\"\n\(block)```\n")
            try book.write("Sources/a.c", "int one;\nint two;\nint three;")
            let run = try await book.run("check", "--prebuilt")
            #expect(run.succeeded == (fault == nil), "\(run.error)")
            if let fault { #expect(run.error.hasPrefix("Chapters/01-sample.md:\(fault)")) }
        }
    }
}
