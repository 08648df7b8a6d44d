import NaiveStack
import Paging
import SimulatedMachine
import Testing

@testable import TemporaryMapping

// Who owns a frame while it is mapped, and what `map` and `unmap` refuse.

@Test func aMappedFrameIsThePagesUntilItIsUnmapped() throws {
    var booted = BootedMachine(over: try map(of: 32))
    try booted.dropIdentityMap()
    var window = booted.keepingWindow(slot: 2)
    var pages = PageTables(root: booted.root, through: booted.keepingWindow(slot: 1))
    let page = VirtualAddress(pml4: 256)
    var frame = try booted.allocator.allocate(through: &window)
    let number = frame?.number
    try pages.map(&frame, at: page, tablesFrom: &booted.allocator, through: &window)
    let isGone = frame == nil
    #expect(isGone)

    // Another frame cannot be mapped over it, and stays with its owner.
    var other = try booted.allocator.allocate(through: &window)
    let otherNumber = other?.number
    func problem(_ page: VirtualAddress) -> String {
        do {
            try pages.map(&other, at: page, tablesFrom: &booted.allocator, through: &window)
            return "none"
        } catch {
            return "\(error.address.rawValue == page.rawValue) \(error.reason)"
        }
    }
    #expect(problem(page).hasPrefix("true alreadyMapped"))
    #expect(problem(VirtualAddress(page.rawValue + 8)).hasPrefix("true notAPage"))
    #expect(problem(VirtualAddress(1 << 47)).hasPrefix("true notCanonical"))
    #expect(other?.number == otherNumber)
    try booted.allocator.free(&other, through: &window)

    frame = try pages.unmap(page)
    #expect(frame?.number == number)
    try booted.allocator.free(&frame, through: &window)
}

@Test func whatMapDidNotMapIsNotUnmapped() throws {
    let booted = BootedMachine(over: try map(of: 32))
    var pages = PageTables(root: booted.root, through: booted.keepingWindow(slot: 1))
    func problem(_ page: VirtualAddress) -> String {
        do {
            return "frame \(try pages.unmap(page).relinquish())"
        } catch {
            return "\(error.reason)"
        }
    }
    #expect(problem(booted.windows.page).hasPrefix("notOwned"))
    #expect(problem(VirtualAddress(0)).hasPrefix("largePage"))
    #expect(problem(VirtualAddress(pml4: 400)).hasPrefix("notMapped"))
    #expect(problem(VirtualAddress(1 << 47)).hasPrefix("notCanonical"))
}

@Test func anEntryIsEmptiedBeforeItsPageIsInvalidated() throws {
    var booted = BootedMachine(over: try map(of: 32))
    try booted.dropIdentityMap()
    var window = booted.keepingWindow(slot: 2)
    var pages = PageTables(root: booted.root, through: booted.keepingWindow(slot: 1))
    let page = VirtualAddress(pml4: 256)
    var frame = try booted.allocator.allocate(through: &window)
    try pages.map(&frame, at: page, tablesFrom: &booted.allocator, through: &window)

    // A processor that guesses between the two would remember the old entry for ever.
    var order: [String] = []
    booted.machine.onEvent = { _, event in
        switch event {
        case .access(let access, _, _, value: 0) where access.kind == .write:
            order.append("emptied")
        case .invalidation(page): order.append("invalidated")
        default: break
        }
    }
    frame = try pages.unmap(page)
    booted.machine.onEvent = nil
    #expect(order == ["emptied", "invalidated"])
    try booted.allocator.free(&frame, through: &window)
}
