import NaiveStack
import SimulatedMachine
import TestSupport
import Testing

@testable import Paging

@Test func allWordsOfAPageAreFilledAndNoOthers() throws {
    let machine = SimulatedMachine()
    let processor = machine.processor(0)
    let tables = BootTables(in: machine, root: FrameNumber(1))
    tables.map(VirtualAddress(0), to: FrameNumber(0), at: .pageDirectoryPointerTable) {
        FrameNumber(2)
    }
    processor.setTableBase(tables.root)
    var memory = IdentityMap(processor)
    for number: UInt64 in 7...9 { try memory.fill(FrameNumber(number), with: number) }
    let stores = processor.counters.stores
    try memory.fill(FrameNumber(8), with: 1)
    #expect(processor.counters.stores - stores == Frame.wordCount)
    for word in 0..<Frame.wordCount {
        let values = (7...9).map { machine.memory.load(word: word, of: FrameNumber($0)) }
        #expect(values == [7, 1, 9])
    }
}

/// The stack on a machine whose identity map comes and goes: a failed operation changes nothing,
/// and no frame is lost or handed out twice.
@Test func framesAreConservedWhileTheIdentityMapComesAndGoes() throws {
    var random = SplitMix64(seed: RandomRun.seed)
    let machine = SimulatedMachine(.adversary(seed: RandomRun.seed))
    let processor = machine.processor(0)
    let tables = BootTables(in: machine, root: FrameNumber(1))
    tables.map(VirtualAddress(0), to: FrameNumber(0), at: .pageDirectoryPointerTable) {
        FrameNumber(2)
    }
    processor.setTableBase(tables.root)
    let mapped = machine.memory.load(word: 0, of: tables.root)
    var isMapped = true
    var memory = IdentityMap(processor)
    var stack = FrameStack()
    var model: [FrameNumber] = []
    var held = (16..<80).map { FrameNumber($0) }
    var faults = 0

    for iteration in 0..<RandomOperations.stackWhileTheIdentityMapComesAndGoes.count() {
        let place: Comment = "seed \(RandomRun.seed), iteration \(iteration)"
        if random.isOnce(in: 8) {
            isMapped.toggle()
            machine.memory.store(isMapped ? mapped : 0, word: 0, of: tables.root)
            processor.setTableBase(tables.root)
        } else if Bool.random(using: &random) {
            guard let index = held.indices.randomElement(using: &random) else { continue }
            let number = held[index]
            var frame: Frame? = Frame(claiming: number)
            do throws(ProcessorFault) {
                try stack.push(&frame, through: &memory)
                held.remove(at: index)
                model.append(number)
            } catch {
                let code = PageFaultCode.write
                let address = VirtualAddress(number.address.rawValue)
                #expect(error == .page(PageFault(address: address, code: code)), place)
                #expect(frame?.number == number, place)
                _ = frame.take()?.relinquish()
                faults += 1
            }
        } else {
            do throws(ProcessorFault) {
                let number = try stack.pop(through: &memory)?.relinquish()
                #expect(number == model.popLast(), place)
                if let number { held.append(number) }
            } catch {
                let address = VirtualAddress(model.last!.address.rawValue)
                #expect(error == .page(PageFault(address: address, code: [])), place)
                faults += 1
            }
        }
        let isSound = stack.count == model.count && held.count + model.count == 64
        guard isSound else {
            Issue.record("a frame was lost: \(place)")
            return
        }
    }
    #expect(faults > 0 && Set(held + model).count == 64)
}
