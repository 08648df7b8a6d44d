import ArgumentParser

@main struct BookCommand: ParsableCommand { func run() {} }
