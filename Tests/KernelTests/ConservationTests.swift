import NaiveStack
import Testing

@testable import Kernel

/// An allocator that goes wrong once, at the `turn`-th call.
struct FaultyAllocator: ~Copyable, ProvableAllocator {
    enum Fault { case none, losesFreed, losesAllocated, givesTwice, spoils }

    private var sound: CursorAndStack
    private let fault: Fault
    private var turn: Int
    private var lastGiven: FrameNumber?

    init(over map: MemoryMap, fault: Fault, turn: Int) {
        sound = CursorAndStack(over: map)
        self.fault = fault
        self.turn = turn
    }

    var freeCount: Int { sound.freeCount }

    mutating func allocate<Access: FrameAccess & ~Copyable>(
        through access: inout Access
    ) throws(Access.Failure) -> Frame? {
        turn -= 1
        if turn == 0, fault == .givesTwice, let lastGiven { return Frame(claiming: lastGiven) }
        guard let frame = try sound.allocate(through: &access) else { return nil }
        if turn == 0, fault == .losesAllocated {
            _ = frame.relinquish()
            return try sound.allocate(through: &access)
        }
        lastGiven = frame.number
        if turn == 0, fault == .spoils {
            var hand: Frame? = consume frame
            do {
                try access.store(0, word: 1, of: lastGiven!)
            } catch {
                try sound.free(&hand, through: &access)
                throw error
            }
            return hand
        }
        return frame
    }

    mutating func free<Access: FrameAccess & ~Copyable>(
        _ frame: consuming Frame, through access: inout Access
    ) where Access.Failure == Never {
        turn -= 1
        if turn == 0, fault == .losesFreed {
            _ = frame.relinquish()
        } else {
            sound.free(frame, through: &access)
        }
    }
}

/// An access under which two frames are the same memory.
struct AliasingAccess: FrameAccess {
    let machine: TestMachine

    func load(word: Int, of frame: FrameNumber) -> UInt64 {
        machine.load(word: word, of: real(frame))
    }

    func store(_ value: UInt64, word: Int, of frame: FrameNumber) {
        machine.store(value, word: word, of: real(frame))
    }

    private func real(_ frame: FrameNumber) -> FrameNumber {
        frame == FrameNumber(5) ? FrameNumber(6) : frame
    }
}

@Suite struct ConservationTests {
    private let frames = 16

    private func map() throws -> MemoryMap {
        let entries = [
            MemoryMapEntry(start: 0, length: UInt64(frames) * Frame.size, kind: .usable)
        ]
        return try MemoryMap(cleaning: entries.span)
    }

    private func prove<Access: FrameAccess>(
        _ fault: FaultyAllocator.Fault, turn: Int = 0, through access: Access
    ) throws where Access.Failure == Never {
        var allocator = FaultyAllocator(over: try map(), fault: fault, turn: turn)
        var proof = ConservationProof(expected: frames, salt: 0x1234_5678, access: access)
        var transcript = Transcript()
        try proof.run(on: &allocator, reportingTo: &transcript)
    }

    @Test func aSoundAllocatorConserves() throws {
        try prove(.none, through: TestMachine(size: 16 << 12))
    }

    // Calls 1 to 17 take until there is no more, 18 to 33 give back, 34 to 50 take again, 51 to
    // 66 give back.

    @Test(arguments: [1, 8, 16, 34, 42, 49])
    func findsAFrameLostOnTheWayOut(turn: Int) {
        let round = turn <= 17 ? 1 : 3
        #expect(throws: ConservationFailure.miscounted(round: round, count: 15, expected: 16)) {
            try prove(.losesAllocated, turn: turn, through: TestMachine(size: 16 << 12))
        }
    }

    @Test(arguments: [18, 25, 33, 51, 66])
    func findsAFrameLostOnTheWayBack(turn: Int) {
        let round = turn <= 33 ? 2 : 4
        #expect(throws: ConservationFailure.miscounted(round: round, count: 15, expected: 16)) {
            try prove(.losesFreed, turn: turn, through: TestMachine(size: 16 << 12))
        }
    }

    @Test(arguments: [2, 9, 17, 35, 50])
    func findsAFrameGivenTwice(turn: Int) {
        #expect {
            try prove(.givesTwice, turn: turn, through: TestMachine(size: 16 << 12))
        } throws: {
            if case .givenTwice = $0 as? ConservationFailure { true } else { false }
        }
    }

    @Test(arguments: [34, 49])
    func findsAMarkThatIsGone(turn: Int) {
        #expect {
            try prove(.spoils, turn: turn, through: TestMachine(size: 16 << 12))
        } throws: {
            if case .spoiled = $0 as? ConservationFailure { true } else { false }
        }
    }

    @Test func findsTwoFramesThatAreOne() {
        #expect(throws: ConservationFailure.self) {
            try prove(.none, through: AliasingAccess(machine: TestMachine(size: 16 << 12)))
        }
    }
}
