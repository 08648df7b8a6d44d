import MappingTestSupport
import NaiveStack
import Paging
import RecursiveMapping
import SimulatedMachine
import TemporaryMapping
import TestSupport
import Testing

// Random operations on a machine that takes every freedom, against the model that chapter 3 is
// held against as well.

private typealias Model = MappingModel<
    RecursiveTables<SimulatedProcessor>, KeepingWindow<SimulatedProcessor>
>

private func model(seed: UInt64, frames: UInt64) throws -> Model {
    let booted = BootedMachine(.adversary(seed: seed), over: try map(of: frames))
    let tables = RecursiveTables(
        through: booted.slot, clearingAt: BootedMachine.page(1), on: booted.processor)
    let window = booted.window(at: 2)
    let (machine, root) = (booted.machine, booted.root)
    return Model(
        machine, root: root, allocator: booted.allocator, reaching: tables, and: window,
        total: Int(frames), seed: seed)
}

@Test(arguments: [UInt64](0..<8))
func randomOperationsThroughTheSlotAgreeWithTheModel(run: UInt64) throws {
    var model = try model(seed: RandomRun.seed &+ run, frames: 25 + 8 * run)
    try model.run(RandomRun.iterations(2000), removingTables: run > 0)
}
