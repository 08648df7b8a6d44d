import NaiveStack
import Paging
import Testing

@testable import SimulatedMachine

// Each way in which what a processor remembers differs from the tables, and what mends it.

private let page: UInt64 = 0xffff_8000_0000_0000

@Test func aPageThatWasUnmappedIsServedUntilInvalidated() {
    let bench = Bench()
    bench.label(7)
    bench.map(page, to: 7)
    #expect(bench.processor.word(at: page) == 7)
    bench.set(.empty, of: page)
    #expect(bench.processor.word(at: page) == 7)
    bench.processor.invalidate(page + 8)
    #expect(bench.processor.code(.read, at: page) == 0)
}

@Test func aPageThatWasRemappedLeadsToTheOldFrameUntilInvalidated() throws {
    let bench = Bench()
    for frame: UInt64 in [7, 8] { bench.label(frame) }
    bench.map(page, to: 7)
    #expect(bench.processor.word(at: page) == 7)
    bench.map(page, to: 8)
    #expect(bench.processor.word(at: page) == 7)
    bench.processor.invalidate(page)
    #expect(bench.processor.word(at: page) == 8)
}

@Test func question8APageThatBecamePresentNeedsNothing() {
    let bench = Bench()
    bench.label(7)
    bench.map(page + 0x1000, to: 8)
    #expect(bench.processor.code(.read, at: page) == 0)
    bench.map(page, to: 7)
    #expect(bench.processor.word(at: page) == 7)
}

@Test func aRightThatWasTakenIsStillThereUntilInvalidated() throws {
    let bench = Bench()
    bench.map(page, to: 7)
    try bench.processor.store(1, to: VirtualAddress(page))
    bench.map(page, to: 7, [.present])
    try bench.processor.store(2, to: VirtualAddress(page))
    #expect(bench.machine.memory.load(word: 0, of: FrameNumber(7)) == 2)
    bench.processor.invalidate(page)
    #expect(bench.processor.code(.write, at: page) == 3)
}

@Test func aDirtyFlagThatWasClearedIsNotSetAgainUntilInvalidated() throws {
    let bench = Bench()
    bench.map(page, to: 7)
    try bench.processor.store(1, to: VirtualAddress(page))
    bench.set(PageTableEntry(FrameNumber(7), [.present, .writable]), of: page)
    try bench.processor.store(2, to: VirtualAddress(page))
    #expect(bench.entry(of: page).flags == [.present, .writable])
    bench.processor.invalidate(page)
    try bench.processor.store(3, to: VirtualAddress(page))
    #expect(bench.entry(of: page).flags == [.present, .writable, .accessed, .dirty])
}

@Test func smallPagesThatBecameALargeOneAreServedOneByOneUntilInvalidated() {
    let bench = Bench()
    for frame: UInt64 in [0x200, 0x201, 0x202, 7, 8] { bench.label(frame) }
    bench.map(page + 0x1000, to: 7)
    bench.map(page + 0x2000, to: 8)
    #expect(bench.processor.word(at: page + 0x1000) == 7)
    #expect(bench.processor.word(at: page + 0x2000) == 8)
    bench.set(.empty, of: page, at: .pageDirectory)
    bench.map(page, to: 0x200, at: .pageDirectory)
    #expect(bench.processor.word(at: page) == 0x200)
    #expect(bench.processor.word(at: page + 0x1000) == 7)
    bench.processor.invalidate(page + 0x1000)
    #expect(bench.processor.word(at: page + 0x1000) == 0x201)
    #expect(bench.processor.word(at: page + 0x2000) == 8)
    // One invalidation drops both that an address has, the small page and the large one.
    bench.set(.empty, of: page, at: .pageDirectory)
    bench.processor.invalidate(page + 0x2000)
    #expect(bench.processor.code(.read, at: page + 0x2000) == 0)
}

@Test func aLoadOfTheBaseForgetsAllButGlobalPages() {
    let bench = Bench()
    for frame: UInt64 in [7, 8] { bench.label(frame) }
    bench.map(page, to: 7, [.present, .global])
    bench.map(page + 0x1000, to: 8)
    _ = bench.processor.word(at: page)
    _ = bench.processor.word(at: page + 0x1000)
    bench.set(.empty, of: page)
    bench.set(.empty, of: page + 0x1000)
    bench.processor.setTableBase(bench.tables.root)
    #expect(bench.processor.word(at: page) == 7)
    #expect(bench.processor.code(.read, at: page + 0x1000) == 0)
    bench.processor.invalidate(page)
    #expect(bench.processor.code(.read, at: page) == 0)
}

@Test func everythingForgottenIsGlobalPagesToo() {
    let bench = Bench()
    bench.label(7)
    bench.map(page, to: 7, [.present, .global])
    _ = bench.processor.word(at: page)
    bench.set(.empty, of: page)
    bench.processor.forgetEverything()
    #expect(bench.processor.code(.read, at: page) == 0)
}

@Test func anotherProcessorRemembersWhatThisOneForgot() {
    var configuration = SimulatedMachine.Configuration()
    configuration.processorCount = 2
    let bench = Bench(configuration)
    bench.label(7)
    bench.map(page, to: 7)
    let (first, second) = (bench.machine.processor(0), bench.machine.processor(1))
    #expect(first.word(at: page) == 7 && second.word(at: page) == 7)
    bench.set(.empty, of: page)
    first.invalidate(page)
    #expect(first.code(.read, at: page) == 0)
    #expect(second.word(at: page) == 7)
    second.invalidate(page)
    #expect(second.code(.read, at: page) == 0)
    #expect(first.counters.faults == 1 && second.counters.faults == 1)
}

@Test func aSetIsFullAfterItsWays() {
    var configuration = SimulatedMachine.Configuration()
    configuration.translationSets = 4
    configuration.translationWays = 2
    let bench = Bench(configuration)
    // Pages 0, 4 and 8 share a set; page 1 has another.
    let pages = [0, 4, 8, 1].map { page + $0 * 0x1000 }
    for (index, page) in pages.enumerated() { bench.map(page, to: UInt64(7 + index)) }
    for page in pages { _ = bench.processor.word(at: page) }
    #expect(pages.map(bench.processor.holds) == [false, true, true, true])
    // An evicted page is walked to again, and sees what changed.
    bench.label(20)
    bench.map(pages[0], to: 20)
    #expect(bench.processor.word(at: pages[0]) == 20)
    #expect(pages.map(bench.processor.holds) == [true, false, true, true])
}

@Test(arguments: [0, 8])
func aTableThatWasTakenOutIsUsedUntilAnythingIsInvalidated(remembered: Int) {
    var configuration = SimulatedMachine.Configuration()
    configuration.rememberedTables = remembered
    let bench = Bench(configuration)
    for frame: UInt64 in [7, 8] { bench.label(frame) }
    bench.map(page, to: 7)
    bench.map(page + 0x1000, to: 8)
    bench.map(page + 0x3000, to: 9)
    #expect(bench.processor.word(at: page) == 7)
    bench.set(.empty, of: page, at: .pageDirectory)
    // This page was never used, and yet the way to its table is remembered.
    let word = bench.processor.word(at: page + 0x1000)
    #expect(word == (remembered > 0 ? 8 : nil))
    bench.processor.invalidate(0x1234_5000)
    #expect(bench.processor.word(at: page) == 7)
    #expect(bench.processor.code(.read, at: page + 0x3000) == 0)
}

@Test func aRememberedTableShortensTheWalk() {
    var configuration = SimulatedMachine.Configuration()
    configuration.rememberedTables = 8
    let bench = Bench(configuration)
    bench.map(page, to: 7)
    bench.map(page + 0x1000, to: 8)
    _ = bench.processor.word(at: page)
    #expect(bench.processor.counters.tableLoads == 4)
    _ = bench.processor.word(at: page + 0x1000)
    #expect(bench.processor.counters.tableLoads == 5)
    bench.processor.setTableBase(bench.tables.root)
    _ = bench.processor.word(at: page)
    #expect(bench.processor.counters.tableLoads == 9)
}

@Test func aWayThatIsRememberedGrantsWhatItsEntriesGrant() {
    var configuration = SimulatedMachine.Configuration()
    configuration.rememberedTables = 8
    let bench = Bench(configuration)
    for (index, frame) in [UInt64(7), 8].enumerated() {
        bench.map(page + UInt64(index) * 0x1000, to: frame)
    }
    var entry = bench.entry(of: page, at: .pageDirectory)
    entry.flags.remove(.writable)
    bench.set(entry, of: page, at: .pageDirectory)
    _ = bench.processor.word(at: page)
    #expect(bench.processor.code(.write, at: page + 0x1000) == 3)
}
