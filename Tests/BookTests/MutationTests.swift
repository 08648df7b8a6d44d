import Testing

/// The tests, tested. `Tests/Mutations` lists mistakes that somebody could make in a chapter, each
/// with the tests that must notice. Here each is made, in a copy, one at a time.
@Suite struct MutationTests {
    @Test(.timeLimit(.minutes(20)), arguments: MutationList.all)
    func everyMutationIsCaughtByTheTestsItNames(list: MutationList) async throws {
        let mutations = try list.read()
        let package = try MutatedPackage(list.chapter)
        let text = try package.text()

        let catchers = Set(mutations.flatMap(\.catchers)).sorted()
        let sound = try await package.run(catchers)
        for name in catchers {
            try #require(sound.passed[name] == true, "\(name) is no test that passes:\n\(sound)")
        }
        for mutation in mutations {
            let isMutated = try package.tangle(try mutation.applied(to: text))
            #expect(isMutated, "\(mutation.name): it must change the module, and no test")
            let verdict = try await package.run(mutation.catchers)
            for name in mutation.catchers {
                #expect(
                    verdict.caught(name, byTrap: mutation.traps),
                    "\(mutation.name): \(name) must fail, and as the list says:\n\(verdict)")
            }
        }
    }

    @Test func thereIsAListForEachChapterOfTheLadder() {
        #expect(MutationList.all.count >= 6)
    }
}
