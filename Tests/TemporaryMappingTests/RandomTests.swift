import MappingTestSupport
import NaiveStack
import Paging
import SimulatedMachine
import TestSupport
import Testing

@testable import TemporaryMapping

// Random operations on a machine that takes every freedom, against a model; and memory that runs
// out at every point of a mapping.

private typealias Model = MappingModel<
    KeepingWindow<SimulatedProcessor>, KeepingWindow<SimulatedProcessor>
>

private func model(seed: UInt64, frames: UInt64) throws -> Model {
    let booted = BootedMachine(.adversary(seed: seed), over: try map(of: frames))
    try booted.dropIdentityMap()
    let tables = booted.keepingWindow(slot: 1)
    let window = booted.keepingWindow(slot: 2)
    let (machine, root) = (booted.machine, booted.root)
    return Model(
        machine, root: root, allocator: booted.allocator, reaching: tables, and: window,
        total: Int(frames), seed: seed)
}

@Test(arguments: [UInt64](0..<4))
func randomOperationsAgreeWithTheModelAndConserveFrames(run: UInt64) throws {
    let seed = RandomRun.seed &+ run
    var model = try model(seed: seed, frames: 25 + 15 * run)
    try model.run(RandomOperations.temporaryMapping.count(share: 4), removingTables: run % 2 == 1)
}

@Test(arguments: [UInt64](0...4))
func runningOutOfMemoryWithinAMappingLosesNothing(free: UInt64) throws {
    var model = try model(seed: RandomRun.seed, frames: 6 + free)
    try model.pop()
    let before = model.allocator.freeCount
    #expect(before == Int(free))
    let page = VirtualAddress(pml4: 300)
    var frame: Frame? = Frame(claiming: model.held[0])
    do {
        try model.wanted.pages.map(
            &frame, at: page, tablesFrom: &model.allocator, through: &model.access)
        let isMapped = frame == nil
        #expect(free >= 3 && isMapped)
        #expect(model.allocator.freeCount == before - 3)
    } catch {
        guard case .outOfFrames = error.reason else { throw error }
        #expect(error.address == page && free < 3)
        #expect(frame.take()!.relinquish() == model.held[0])
        #expect(model.allocator.freeCount == before)
        let entry = model.machine.memory.load(word: 300, of: model.root)
        #expect(entry == 0)
    }
    #expect(model.wanted.pages.spareCount == 0)
}
