import NaiveStack
import Paging
import SimulatedMachine

@testable import Kernel

/// The simulated machine, tried by the same code as the real one.
struct SimulatedTrial: JudgedMachine {
    /// The machine's memory, as a debugger sees it.
    struct Memory: FrameAccess {
        let machine: SimulatedMachine

        func load(word: Int, of frame: FrameNumber) -> UInt64 {
            machine.memory.load(word: word, of: frame)
        }

        func store(_ value: UInt64, word: Int, of frame: FrameNumber) {
            machine.memory.store(value, word: word, of: frame)
        }
    }

    var memory: Memory
    private let processor: SimulatedProcessor

    private init(_ machine: SimulatedMachine) {
        memory = Memory(machine: machine)
        processor = machine.processor(0)
    }

    /// A code word that is fetched is executed: it tells its number.
    func attempt(
        _ access: MemoryAccess, at address: VirtualAddress
    ) throws(ProcessorFault) -> UInt64 {
        let word = try processor.attempt(access, at: address)
        return access.kind == .fetch ? PoolWord.number(in: word) ?? .max : word
    }

    func invalidate(_ address: VirtualAddress) { processor.invalidate(address) }
    func reloadTableBase() { processor.setTableBase(processor.tableBase) }
    func forgetEverything() { processor.forgetEverything() }

    /// All probes of a trial in the frames that the kernel had for it.
    static func run(_ trial: TrialHead) -> [ProbeRecord] {
        var configuration = SimulatedMachine.Configuration()
        configuration.physicalAddressBits = trial.physicalAddressBits
        let machine = SimulatedMachine(configuration)
        machine.processor(0).setTableBase(trial.frames.root)
        var judge = Judge(
            SimulatedTrial(machine), frames: trial.frames,
            physicalAddressBits: trial.physicalAddressBits, hasGibibytePages: true,
            seed: trial.seed)
        var probes: [ProbeRecord] = []
        judge.run(trial.count) { probes.append($0) }
        return probes
    }
}
