import Testing

@testable import Kernel

@Suite struct CommandLineTests {
    @Test(arguments: [
        ("", false), ("ok", true), (" ok", true), ("ok ", true), ("a  ok b", true), ("okay", false),
        ("book", false), ("o k", false), ("fault=ok", false),
    ])
    func findsAWord(line: String, found: Bool) throws {
        let information = try Sample.parse(Sample.pvh(words: line), magic: .pvh)
        #expect(information.words == line)
        #expect(information.commandLine.contains("ok") == found)
    }

    @Test func takesAsMuchAsThereIsRoomFor() throws {
        let full = String(repeating: "x", count: CommandLine.capacity)
        #expect(try Sample.parse(Sample.pvh(words: full), magic: .pvh).words == full)
        #expect(throws: BootInformationError.commandLineTooLong) {
            try Sample.parse(Sample.pvh(words: full + "x"), magic: .pvh)
        }
    }
}
