import NaiveStack
import Paging
import SimulatedMachine
import TemporaryMapping
import TestSupport
import Testing

@testable import DirectMap

// Random operations through the direct map, on machines that take every freedom. The model knows
// which frame comes next, what stands in each frame, and where each frame is.

private typealias Pages = PageTables<DirectMap<SimulatedProcessor>>

private struct Model {
    /// The free frames: those given back, the last on top, and those never used.
    var returned: [UInt64] = []
    var fresh: Range<UInt64>
    var held: [UInt64] = []
    /// For each of the pages that are used, its frame.
    var frames: [UInt64?]
    /// Which of the links above page tables are there, for each page from the top down.
    var links: Set<UInt64> = []
    /// What stands in word 9 of a frame that is held or mapped.
    var labels: [UInt64: UInt64] = [:]

    var freeCount: Int { returned.count + fresh.count }

    mutating func take() -> UInt64? {
        if let frame = returned.popLast() { return frame }
        return fresh.popFirst()
    }
}

private struct Run: ~Copyable {
    var booted: BootedMachine
    var pages: Pages
    var memory: DirectMap<SimulatedProcessor>
    var model: Model
    var random: SplitMix64
    let addresses: [VirtualAddress]
    var nextLabel: UInt64 = 1

    init(seed: UInt64, frames: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let start: UInt64 = 0x100
        var booted = BootedMachine(
            .adversary(seed: seed), over: try map(of: start << 12..<(start + frames) << 12))
        _ = try booted.makeDirectMap()
        let used = frames - UInt64(booted.allocator.freeCount)
        // No two are the same: each has a page table's entries of its own to choose from.
        addresses = (0..<40).map { place in
            VirtualAddress(
                pml4: [1, 2, 400][random.number(below: 3)],
                pageDirectoryPointer: random.number(below: 2),
                pageDirectory: random.number(below: 3),
                pageTable: 12 * place + random.number(below: 12))
        }
        model = Model(
            fresh: start + used..<start + frames,
            frames: Array(repeating: nil, count: addresses.count))
        // The reserve's spare frames were given back by nobody: none were taken in vain.
        pages = PageTables(root: booted.root, through: booted.directMap)
        memory = booted.directMap
        self.random = random
        self.booted = booted
    }

    private func links(of page: VirtualAddress) -> [UInt64] {
        [.pml4, .pageDirectoryPointerTable, .pageDirectory].map { level in
            page.page(at: level).rawValue << 2 | UInt64(level.rawValue)
        }
    }

    private mutating func label(_ frame: UInt64, through page: VirtualAddress?) throws {
        model.labels[frame] = nextLabel
        if let page {
            try booted.processor.store(nextLabel, to: VirtualAddress(page.rawValue + 72))
        } else {
            try memory.store(nextLabel, word: 9, of: FrameNumber(frame))
        }
        nextLabel += 1
    }

    mutating func step() throws {
        let place = random.number(below: addresses.count)
        switch random.number(below: 6) {
        case 0: try allocate()
        case 1: try free()
        case 2: try mapOne(at: place)
        case 3: try unmap(at: place)
        case 4: try compareAliases(at: place)
        default: try compareHeld()
        }
        #expect(booted.allocator.freeCount == model.freeCount)
    }

    private mutating func allocate() throws {
        let expected = model.take()
        let frame = try booted.allocator.allocate(through: &memory)?.relinquish()
        #expect(frame?.rawValue == expected)
        guard let expected else { return }
        model.held.append(expected)
        try label(expected, through: nil)
    }

    private mutating func free() throws {
        if model.held.isEmpty { return }
        let number = model.held.remove(at: random.number(below: model.held.count))
        var frame: Frame? = Frame(claiming: FrameNumber(number))
        try booted.allocator.free(&frame, through: &memory)
        model.returned.append(number)
        model.labels[number] = nil
    }

    private mutating func mapOne(at place: Int) throws {
        if model.held.isEmpty { return }
        let page = addresses[place]
        let index = random.number(below: model.held.count)
        let number = model.held[index]
        let missing = links(of: page).filter { !model.links.contains($0) }
        var frame: Frame? = Frame(claiming: FrameNumber(number))
        let isTaken = model.frames[place] != nil
        do throws(Pages.Failure) {
            try pages.map(&frame, at: page, tablesFrom: &booted.allocator, through: &memory)
        } catch {
            #expect(frame.take()!.relinquish().rawValue == number)
            switch error.reason {
            case .alreadyMapped(let other): #expect(other.rawValue == model.frames[place])
            case .outOfFrames:
                #expect(!isTaken && missing.count > model.freeCount)
                var taken: [UInt64] = []
                while let frame = model.take() { taken.append(frame) }
                model.returned = taken.reversed()
            default: throw error
            }
            return
        }
        #expect(!isTaken && missing.count <= model.freeCount)
        for _ in missing { _ = model.take() }
        model.links.formUnion(missing)
        model.frames[place] = number
        model.held.remove(at: index)
        try label(number, through: page)
    }

    private mutating func unmap(at place: Int) throws {
        do {
            let frame = try pages.unmap(addresses[place]).relinquish().rawValue
            #expect(frame == model.frames[place])
            model.frames[place] = nil
            model.held.append(frame)
        } catch {
            guard case .notMapped = error.reason else { throw error }
            #expect(model.frames[place] == nil)
        }
    }

    /// What is written at a page is read in the direct map, and the other way round.
    private mutating func compareAliases(at place: Int) throws {
        let page = addresses[place]
        guard let frame = model.frames[place] else {
            #expect(throws: ProcessorFault.self) { try booted.processor.load(from: page) }
            return
        }
        let word = VirtualAddress(page.rawValue + 72)
        let isThroughPage = random.isOnce(in: 2)
        try label(frame, through: isThroughPage ? page : nil)
        let read = try memory.load(word: 9, of: FrameNumber(frame))
        #expect(read == model.labels[frame])
        #expect(try booted.processor.load(from: word) == read)
        #expect(try pages.translate(page).firstFrame.rawValue == frame)
    }

    private mutating func compareHeld() throws {
        guard let frame = model.held.randomElement(using: &random) else { return }
        #expect(try memory.load(word: 9, of: FrameNumber(frame)) == model.labels[frame])
    }

    /// Every frame is in one place, by what stands in memory itself.
    func audit() {
        var places: [UInt64: Int] = [:]
        func visit(_ table: FrameNumber, _ level: Level, _ entries: [Int]) {
            for index in entries {
                let entry = PageTableEntry(booted.machine.memory.load(word: index, of: table))
                if !entry.isPresent { continue }
                places[entry.frame.rawValue, default: 0] += 1
                if let below = level.below, !entry.mapsPage(at: level) {
                    visit(entry.frame, below, Array(0..<Frame.wordCount))
                }
            }
        }
        visit(booted.root, .pml4, [1, 2, 400])
        #expect(places.count == model.links.count + model.frames.filter { $0 != nil }.count)
        for frame in model.returned + Array(model.fresh) + model.held {
            places[frame, default: 0] += 1
        }
        #expect(places.values.allSatisfy { $0 == 1 })
    }
}

@Test(arguments: [UInt64](0..<4))
func randomOperationsThroughTheDirectMapAgreeWithTheModel(run: UInt64) throws {
    let seed = RandomRun.seed &+ run
    var work = try Run(seed: seed, frames: [24, 32, 48, 90][Int(run)])
    let steps = RandomOperations.directMap.count(share: 4)
    for step in 0..<steps {
        try work.step()
        if step % 8192 == 0 { work.audit() }
        if work.booted.allocator.freeCount != work.model.freeCount {
            Issue.record("frames lost at step \(step); \(RandomRun.advice)")
            return
        }
    }
    work.audit()
}
