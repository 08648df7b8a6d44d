import NaiveStack
import Paging
import SimulatedMachine
import Testing

@testable import TemporaryMapping

// A stack that passes from one access to the next, and what a forgotten line does to it.

@Test func aLiveStackPassesFromTheIdentityMapToTheWindow() throws {
    let booted = BootedMachine(over: try map(of: 32))
    var identity = IdentityMap(booted.processor)
    var stack = FrameStack()
    for number in 0x110..<0x113 as Range<UInt64> {
        var frame: Frame? = Frame(claiming: FrameNumber(number))
        try stack.push(&frame, through: &identity)
    }
    try booted.dropIdentityMap()
    #expect(throws: ProcessorFault.self) {
        _ = try stack.pop(through: &identity)?.relinquish()
    }
    var window = Window(slot: 1, of: booted.windows, on: booted.processor)
    for number in (0x110..<0x113 as Range<UInt64>).reversed() {
        let popped = try stack.pop(through: &window)?.relinquish()
        #expect(popped == FrameNumber(number))
    }
}

/// Pushes three frames, pops three, and tells which came.
func threePopped<Access: FrameAccess & ~Copyable>(
    through access: inout Access
) throws(Access.Failure) -> [UInt64] {
    var stack = FrameStack()
    for number in 0x110..<0x113 as Range<UInt64> {
        var frame: Frame? = Frame(claiming: FrameNumber(number))
        try stack.push(&frame, through: &access)
    }
    var popped: [UInt64] = []
    for _ in 0..<3 {
        guard let frame = try stack.pop(through: &access) else { break }
        popped.append(frame.relinquish().rawValue)
    }
    return popped
}

@Test func aForgottenInvalidationIsCaught() throws {
    let booted = BootedMachine(over: try map(of: 32))
    var forgetful = ForgetfulWindow(booted: (booted.processor, booted.windows))
    #expect(try threePopped(through: &forgetful) != [0x112, 0x111, 0x110])
    var window = Window(slot: 2, of: booted.windows, on: booted.processor)
    #expect(try threePopped(through: &window) == [0x112, 0x111, 0x110])
}

@Test func theKeepingWindowFillsTheFrameThatIsWanted() throws {
    let booted = BootedMachine(over: try map(of: 32))
    var window = KeepingWindow(slot: 1, of: booted.windows, on: booted.processor)
    let (first, second) = (FrameNumber(0x110), FrameNumber(0x111))
    try window.fill(first, with: 1)
    let before = booted.processor.counters
    try window.fill(second, with: 2)
    let cost = booted.processor.counters - before
    #expect(cost.invalidations == 1 && cost.stores == 1 + Frame.wordCount)
    for word in 0..<Frame.wordCount {
        #expect(booted.machine.memory.load(word: word, of: first) == 1)
        #expect(booted.machine.memory.load(word: word, of: second) == 2)
    }
}
