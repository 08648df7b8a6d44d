import NaiveStack
import TestSupport
import Testing

@testable import Paging

// The properties of addresses, entries and the walk, beside the examples in Chapters/02-paging.md.

/// Addresses and what they mean, from other people's documentation, none computed by our code.
private let knownAddresses: [(address: UInt64, indices: [Int], offset: UInt64)] = [
    (0, [0, 0, 0, 0], 0),
    // The usual place of a statically linked program on Linux.
    (0x0000_0000_0040_0000, [0, 0, 2, 0], 0),
    (0x0000_0000_dead_beef, [0, 3, 245, 219], 0xeef),
    // The last address of the lower half and the first of the upper one.
    (0x0000_7fff_ffff_ffff, [255, 511, 511, 511], 0xfff),
    (0xffff_8000_0000_0000, [256, 0, 0, 0], 0),
    // Linux, Documentation/arch/x86/x86_64/mm.rst: direct map, vmalloc, kernel text.
    (0xffff_8880_0000_0000, [273, 0, 0, 0], 0),
    (0xffff_c900_0000_0000, [402, 0, 0, 0], 0),
    (0xffff_ffff_8000_0000, [511, 510, 0, 0], 0),
    // The self-referencing entry 493 of older Windows versions, seen through itself.
    (0xffff_f6fb_7dbe_df68, [493, 493, 493, 493], 0xf68),
    // Recursive entries 510 and 511, the tables at the end of the address space.
    (0xffff_ff7f_bfdf_e000, [510, 510, 510, 510], 0),
    (0xffff_ffff_ffff_f000, [511, 511, 511, 511], 0),
    (0xffff_ffff_ffff_ffff, [511, 511, 511, 511], 0xfff),
]

@Test(arguments: knownAddresses.indices)
func theIndicesOfKnownAddressesAreRight(row: Int) {
    let (address, indices, offset) = knownAddresses[row]
    let virtual = VirtualAddress(address)
    #expect(virtual.isCanonical)
    #expect(Level.allCases.reversed().map { virtual.index(at: $0) } == indices)
    #expect(virtual.offset() == offset)
    let made = VirtualAddress(
        pml4: indices[0], pageDirectoryPointer: indices[1], pageDirectory: indices[2],
        pageTable: indices[3], offset: offset)
    #expect(made == virtual)
}

@Test func canonicalAddressesEndWhereTheHalvesEnd() {
    let edges: [(UInt64, Bool)] = [
        (0, true), (0x0000_7fff_ffff_ffff, true), (0x0000_8000_0000_0000, false),
        (0x0001_0000_0000_0000, false), (0x7fff_ffff_ffff_ffff, false), (1 << 63, false),
        (0xffff_7fff_ffff_ffff, false), (0xffff_8000_0000_0000, true), (.max, true),
    ]
    for (address, isCanonical) in edges {
        #expect(VirtualAddress(address).isCanonical == isCanonical, "\(address)")
        if isCanonical {
            #expect(throws: Never.self) {
                try Walk(to: VirtualAddress(address), from: FrameNumber(1))
            }
        } else {
            #expect(throws: AddressFault(address: VirtualAddress(address))) {
                try Walk(to: VirtualAddress(address), from: FrameNumber(1))
            }
        }
    }
}

@Test func eachLevelCoversWhatTheLevelBelowCoversTimes512() {
    #expect(Level.allCases.map(\.bytesPerEntry) == [4 << 10, 2 << 20, 1 << 30, 512 << 30])
    #expect(Level.pml4.below == .pageDirectoryPointerTable && Level.pageTable.below == nil)
}

@Test func anEntryKeepsItsFrameAndItsFlagsApart() {
    let last = FrameNumber(FrameNumber.limit - 1)
    var entry = PageTableEntry(last, [.present, .noExecute])
    #expect(entry.rawValue == 0x800f_ffff_ffff_f001)
    #expect(entry.frame == last && entry.flags == [.present, .noExecute])
    entry.rawValue |= 0x7ff << 52 | 0xe00
    #expect(entry.frame == last && entry.flags == [.present, .noExecute])
    entry.flags = [.writable]
    #expect(entry.rawValue == 0x7fff_ffff_ffff_fe02)
}

/// A walk written in another way: division in place of shifts, from nested dictionaries.
private func naiveTranslation(
    of address: UInt64, root: UInt64, words: [UInt64: UInt64], addressBits: UInt64
) -> (frame: UInt64, size: UInt64, rights: Set<String>)? {
    var rights: Set<String> = ["w", "u", "x"]
    var covered: UInt64 = 512 * 512 * 512 * 4096
    var rest = address % (covered * 512)
    var table = root
    while true {
        let entry = words[table * 512 + rest / covered, default: CountedMemory.junk]
        rest %= covered
        guard entry % 2 == 1 else { return nil }
        let physical = entry % (1 << 52) / 4096 * 4096
        guard physical < 1 << addressBits else { return nil }
        if entry / 2 % 2 == 0 { rights.remove("w") }
        if entry / 4 % 2 == 0 { rights.remove("u") }
        if entry / (1 << 63) == 1 { rights.remove("x") }
        let isLarge = entry / 128 % 2 == 1
        if covered == 4096 { return (physical / 4096, covered, rights) }
        if isLarge {
            guard covered <= 1 << 30 else { return nil }
            let withoutMemoryType = physical / 8192 * 8192
            guard withoutMemoryType % covered == 0 else { return nil }
            return (withoutMemoryType / 4096, covered, rights)
        }
        table = physical / 4096
        covered /= 512
    }
}

@Test func theWalkAgreesWithANaiveOneOverRandomTables() throws {
    var random = SplitMix64(seed: RandomRun.seed)
    var arrived: [Level: Int] = [:]
    var faults = 0
    for iteration in 0..<RandomOperations.walk.count(share: 100) {
        // Sixteen frames full of entries that lead to each other, in any order and in circles.
        var memory = CountedMemory()
        var words: [UInt64: UInt64] = [:]
        let addressBits = [32, 46, 52].randomElement(using: &random)!
        for table in 0..<UInt64(16) {
            for index in 0..<8 {
                var entry = UInt64.random(in: 0..<16, using: &random) << 12 | 1
                entry |= random.next() & 0x8000_0000_0000_0f7e
                if random.isOnce(in: 4) { entry |= 0x80 }
                if entry & 0x80 != 0 && !random.isOnce(in: 4) { entry &= ~0x0000_0000_3fff_e000 }
                if random.isOnce(in: 16) { entry &= ~1 }
                if random.isOnce(in: 16) {
                    entry |= 1 << UInt64.random(in: 12..<63, using: &random)
                }
                words[table * 512 + UInt64(index)] = entry
                memory.store(entry, word: index, of: FrameNumber(table))
            }
        }
        for _ in 0..<100 {
            var bits: UInt64 = 0
            for _ in 0..<4 { bits = bits << 9 | UInt64.random(in: 0..<8, using: &random) }
            let address = VirtualAddress(signExtending: bits << 12 | random.next() & 0xfff)
            var walk = try Walk(
                to: address, from: FrameNumber(0), physicalAddressBits: addressBits)
            let expected = naiveTranslation(
                of: address.rawValue, root: 0, words: words, addressBits: UInt64(addressBits))
            let place: Comment =
                "seed \(RandomRun.seed), iteration \(iteration), address \(address.rawValue)"
            switch walk.finish(through: &memory) {
            case .page(let translation):
                arrived[translation.level, default: 0] += 1
                let rights = Set(
                    [(AccessRights.writable, "w"), (.user, "u"), (.executable, "x")].filter {
                        translation.rights.contains($0.0)
                    }.map(\.1))
                try #require(
                    translation.firstFrame.rawValue == expected?.frame
                        && translation.level.bytesPerEntry == expected?.size
                        && rights == expected.map { Set($0.rights.map { String($0) }) }, place)
            case .notPresent, .reservedBitSet:
                faults += 1
                try #require(expected == nil, place)
            }
        }
    }
    // The tables were neither all holes nor all pages.
    #expect(arrived.count == 3 && faults > 0)
}

/// Every bit of every level that must be zero, from the manual's tables of formats.
@Test func reservedBitsAreThoseOfTheManual() {
    func reserved(_ level: Level, large: Bool, bits: Int) -> UInt64 {
        PageTableEntry(FrameNumber(0), large ? [.present, .large] : .present)
            .reservedBits(at: level, physicalAddressBits: bits)
    }
    let beyond46: UInt64 = 0x000f_c000_0000_0000
    for level in Level.allCases where level != .pml4 {
        #expect(reserved(level, large: false, bits: 52) == 0)
        #expect(reserved(level, large: false, bits: 46) == beyond46)
    }
    #expect(reserved(.pml4, large: false, bits: 52) == 0x80)
    #expect(reserved(.pageTable, large: true, bits: 52) == 0)
    #expect(reserved(.pageDirectory, large: true, bits: 52) == 0x001f_e000)
    #expect(reserved(.pageDirectoryPointerTable, large: true, bits: 46) == 0x3fff_e000 | beyond46)
}

@Test func aLargePagesMemoryTypeBitIsNoPartOfItsFrame() throws {
    var memory = CountedMemory()
    memory.store(0x2001, word: 0, of: FrameNumber(1))
    memory.store(0x4000_1083, word: 3, of: FrameNumber(2))
    var walk = try Walk(to: VirtualAddress(0xc123_4567), from: FrameNumber(1))
    guard case .page(let translation) = walk.finish(through: &memory) else {
        Issue.record("no page")
        return
    }
    #expect(translation.firstFrame == FrameNumber(0x40000))
    #expect(translation.page == VirtualAddress(0xc000_0000))
    #expect(
        translation.physicalAddress(of: VirtualAddress(0xc123_4567)) == PhysicalAddress(0x4123_4567)
    )
}

@Test func aStepThatFailsIsNotTaken() throws {
    struct Unreachable: Error, Equatable {}
    struct Gap: FrameAccess {
        var memory = CountedMemory()
        var isOpen = true
        mutating func load(word: Int, of frame: FrameNumber) throws(Unreachable) -> UInt64 {
            if isOpen { throw Unreachable() }
            return memory.load(word: word, of: frame)
        }
        mutating func store(
            _ value: UInt64, word: Int, of frame: FrameNumber
        ) throws(Unreachable) { memory.store(value, word: word, of: frame) }
    }
    var gap = Gap()
    try gap.store(0, word: 0, of: FrameNumber(1))
    var walk = try Walk(to: VirtualAddress(0), from: FrameNumber(1))
    #expect(throws: Unreachable()) { try walk.step(through: &gap) }
    #expect(walk.ending == nil)
    gap.isOpen = false
    let step = try walk.step(through: &gap)
    #expect(step?.level == .pml4 && walk.ending == .notPresent)
    #expect(try walk.step(through: &gap) == nil)
    #expect(gap.memory.loads == 1)
}

/// Entries read by somebody else, where the walk says that it wants them.
@Test func aWalkTakesEntriesThatWereReadElsewhere() throws {
    var memory = CountedMemory()
    memory.store(0x2007, word: 256, of: FrameNumber(1))
    memory.store(0x3007, word: 1, of: FrameNumber(2))
    memory.store(0x83, word: 2, of: FrameNumber(3))
    let address = VirtualAddress(pml4: 256, pageDirectoryPointer: 1, pageDirectory: 2)
    var walk = try Walk(to: address, from: FrameNumber(1))
    var taking = walk
    while let step = walk.step(through: &memory) {
        let entry = memory.load(word: address.index(at: taking.level), of: taking.table)
        #expect(taking.take(PageTableEntry(entry)) == step)
        #expect(taking.ending == walk.ending && taking.rights == walk.rights)
    }
    #expect(walk.ending != nil && taking.level == .pageDirectory)
}

/// Every fault code that a walk can give: for each reason, each kind of access, each privilege.
@Test(arguments: [
    (MemoryAccess.Kind.read, false, UInt32(0)), (.write, false, 2), (.fetch, false, 16),
    (.read, true, 4), (.write, true, 6), (.fetch, true, 20),
])
func everyFaultCodeIsThatOfTheManual(kind: MemoryAccess.Kind, byUser: Bool, code: UInt32) {
    let access = MemoryAccess(kind, byUser: byUser)
    let address = VirtualAddress(0x5123)
    func fault(_ ending: Walk.Ending) -> PageFault? {
        do throws(PageFault) {
            _ = try ending.translation(of: address, for: access)
            return nil
        } catch {
            return error
        }
    }
    func page(_ rights: AccessRights) -> Walk.Ending {
        .page(
            Translation(
                page: address.page(), level: .pageTable, firstFrame: FrameNumber(7),
                rights: rights, isGlobal: false, isDirty: false))
    }
    func fault(_ extra: UInt32) -> PageFault {
        PageFault(address: address, code: PageFaultCode(rawValue: code | extra))
    }
    #expect(fault(.notPresent) == fault(0))
    #expect(fault(.reservedBitSet) == fault(9))
    #expect(fault(page(.all)) == nil)
    for missing in [AccessRights.writable, .user, .executable] {
        let isNeeded =
            missing == .writable && kind == .write || missing == .user && byUser
            || missing == .executable && kind == .fetch
        #expect(fault(page(.all.subtracting(missing))) == (isNeeded ? fault(1) : nil))
    }
}
