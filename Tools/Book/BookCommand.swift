import ArgumentParser

/// `book`: reads, checks and practises the book; `swift run book --help` lists what it can do.
@main
struct BookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "book",
        abstract: "The press of Free Frames: shows, checks and practises what the chapters hold.",
        discussion: """
            A CHAPTER is named by its name, its number or both: naive-stack, 01 or 01-naive-stack.
            Every command works from any folder of the book.
            """,
        subcommands: [
            TangleCommand.self, CheckCommand.self, WeaveCommand.self, ExerciseCommand.self,
            CoverageCommand.self,
        ])
}
