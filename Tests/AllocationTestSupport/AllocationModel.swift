import NaiveStack
import TestSupport
import Testing

/// An allocator beside a model of what it should be: a byte for each frame that says who owns it,
/// 0 for nobody. Random operations, each checked; the first difference is recorded and ends it.
///
/// It is used so:
/// ```
/// var model = AllocationModel(OutsideFrames(allocator), over: map, seed: RandomRun.seed)
/// model.run(RandomOperations.storingElsewhere.count(share: 4))
/// model.drain()
/// ```
public struct AllocationModel<Allocator: AllocatorUnderTest & ~Copyable>: ~Copyable {
    public var allocator: Allocator
    private let map: MemoryMap
    private var random: SplitMix64
    /// The owner of each frame that has one.
    private var owners: [FrameNumber: UInt8] = [:]
    /// The frames of each owner; those of owner 0 are none.
    private var held: [[FrameNumber]] = Array(repeating: [], count: 5)
    /// The frames that are owned.
    public var heldCount: Int { owners.count }
    /// Whether every answer so far was right.
    public private(set) var isRight = true
    private var operations = 0

    /// - Parameter map: what the allocator hands out. All of it is free.
    public init(_ allocator: consuming Allocator, over map: MemoryMap, seed: UInt64) {
        self.allocator = allocator
        self.map = map
        random = SplitMix64(seed: seed)
    }

    /// Random operations: phases in which frames are mostly taken and phases in which they are
    /// mostly given back, so that it is often empty, and often full.
    public mutating func run(_ count: Int) {
        var takesOfTen = 5
        for operation in 0..<count {
            if operation % max(64, map.frameCount / 2) == 0 {
                takesOfTen = [1, 5, 9].randomElement(using: &random)!
            }
            step(taking: random.number(below: 10) < takesOfTen)
            if !isRight { return }
        }
    }

    private mutating func step(taking: Bool) {
        operations += 1
        if allocator.checksNumbers && random.isOnce(in: 8) { return freeNumber() }
        if allocator.findsRuns && random.isOnce(in: 50) {
            return taking ? takeRun() : giveRun()
        }
        if taking { take() } else { give() }
        if allocator.freeCount != map.frameCount - owners.count { fail("freeCount is wrong") }
    }

    private mutating func fail(_ what: String) {
        isRight = false
        Issue.record("\(what), after \(operations) operations; \(RandomRun.advice)")
    }

    private mutating func own(_ number: FrameNumber, by owner: UInt8) {
        if !contains(number) { return fail("frame \(number.rawValue) is not of the map") }
        if owners.updateValue(owner, forKey: number) != nil {
            return fail("frame \(number.rawValue) was handed out twice")
        }
        held[Int(owner)].append(number)
    }

    /// Takes a frame for some owner.
    public mutating func take() {
        do throws(Unreachable) {
            guard let number = try allocator.allocate()?.relinquish() else {
                if owners.count < map.frameCount { fail("nil, although there are free frames") }
                return
            }
            own(number, by: randomOwner())
        } catch {}
    }

    /// Gives a frame of some owner back.
    public mutating func give() {
        let owner = Int(randomOwner())
        guard !held[owner].isEmpty else { return }
        let place = random.number(below: held[owner].count)
        let number = held[owner][place]
        if owners[number] != UInt8(owner) { return fail("a frame has another's owner byte") }
        var frame: Frame? = Frame(claiming: number)
        do throws(Unreachable) {
            try allocator.free(&frame)
            disown(place, of: owner)
        } catch {
            _ = frame.take()?.relinquish()
        }
    }

    private mutating func disown(_ place: Int, of owner: Int) {
        held[owner].swapAt(place, held[owner].count - 1)
        owners[held[owner].removeLast()] = nil
    }

    private mutating func randomOwner() -> UInt8 { UInt8(1 + random.number(below: 4)) }

    /// Everything back, and everything out once: each frame of the map, and none twice.
    public mutating func drain() {
        if !isRight { return }
        while !owners.isEmpty && isRight { give() }
        if allocator.freeCount != map.frameCount { fail("a frame is missing") }
        while owners.count < map.frameCount && isRight { take() }
        if (try? allocator.allocate())??.relinquish() != nil { fail("a frame too many") }
    }
}

extension AllocationModel where Allocator: ~Copyable {
    private func contains(_ number: FrameNumber) -> Bool {
        (0..<map.count).contains { map[$0].contains(number) }
    }

    /// Frees a number that is right, wrong by a little, or anything.
    private mutating func freeNumber() {
        let owner = Int(randomOwner())
        if !held[owner].isEmpty && random.isOnce(in: 2) {
            let place = random.number(below: held[owner].count)
            if !allocator.free(number: held[owner][place].rawValue) {
                return fail("an owned frame was refused")
            }
            return disown(place, of: owner)
        }
        let range = map[random.number(below: map.count)]
        let near = range.lowerBound.rawValue &- 2 &+ UInt64(random.number(below: range.count + 4))
        let number = random.isOnce(in: 8) ? random.next() : near
        if number < FrameNumber.limit, owners[FrameNumber(number)] != nil { return }
        if allocator.free(number: number) { fail("number \(number) was not refused") }
    }

    private mutating func takeRun() {
        let count = 1 + random.number(below: random.isOnce(in: 4) ? 520 : 70)
        let alignment = 1 << random.number(below: 10)
        let isPossible = hasRun(of: count, alignedTo: alignment)
        guard let frames = allocator.allocateRun(of: count, alignedTo: alignment) else {
            if isPossible { fail("a run of \(count) aligned to \(alignment) was not found") }
            return
        }
        if frames.count != count || frames.lowerBound.rawValue % UInt64(alignment) != 0 {
            return fail("a run of \(count) aligned to \(alignment) became \(frames)")
        }
        let owner = randomOwner()
        for number in frames where isRight { own(number, by: owner) }
    }

    private func hasRun(of count: Int, alignedTo alignment: Int) -> Bool {
        (0..<map.count).contains { index in
            var length = 0
            for number in map[index] {
                if owners[number] != nil {
                    length = 0
                } else if length > 0 || number.rawValue % UInt64(alignment) == 0 {
                    length += 1
                }
                if length == count { return true }
            }
            return false
        }
    }

    /// Gives back frames in a row that one owner has, if there are some.
    private mutating func giveRun() {
        let owner = Int(randomOwner())
        guard let first = held[owner].randomElement(using: &random) else { return }
        var end = first.advanced(by: 1)
        while owners[end] == UInt8(owner) { end = end.advanced(by: 1) }
        for number in first..<end { owners[number] = nil }
        held[owner].removeAll { (first..<end).contains($0) }
        allocator.freeRun(first..<end)
    }
}
