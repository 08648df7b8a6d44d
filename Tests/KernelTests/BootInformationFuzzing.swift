import NaiveStack
import TestSupport
import Testing

@testable import Kernel

/// Whatever bytes a loader leaves, the reader ends, with a copy or with an error. It never traps.
@Suite struct BootInformationFuzzing {
    @Test(arguments: [BootInformation.Loader.pvh, .multiboot2])
    func mutatedInformation(loader: BootInformation.Loader) {
        let sound = loader == .pvh ? Sample.pvh() : Sample.multiboot2()
        let places = interestingPlaces(of: loader)
        var accepted = 0
        let rounds = RandomRun.iterations(2_000)
        for round in 0..<rounds {
            // Every round can be repeated by itself.
            var generator = SplitMix64(seed: RandomRun.seed &+ UInt64(round) &* 0x1_0001)
            let machine = sound
            var undo: [(Int, UInt8)] = []
            for _ in 0...Int.random(in: 0..<6, using: &generator) {
                let place = places.randomElement(using: &generator)!
                for (offset, byte) in bytes(using: &generator).enumerated() {
                    undo.append((place + offset, machine.bytes[place + offset]))
                    machine.bytes[place + offset] = byte
                }
            }
            if let information = try? Sample.parse(machine, magic: loader) {
                accepted += 1
                check(information, round: round)
            }
            for (place, byte) in undo.reversed() { machine.bytes[place] = byte }
        }
        // Neither everything nor nothing: the mutations are neither too tame nor too wild.
        #expect(accepted > 0)
        #expect(accepted < rounds)
    }

    private func check(_ information: BootInformation, round: Int) {
        let comment: Comment = "seed \(RandomRun.seed), round \(round)"
        #expect(information.entries.count > 0, comment)
        #expect(information.entries.count <= EntryList.capacity, comment)
        #expect(information.commandLine.count <= CommandLine.capacity, comment)
        // Whatever the entries are, cleaning and printing them ends too.
        _ = try? information.entries.cleaned()
        var transcript = Transcript()
        transcript.print(information)
        #expect(transcript.bytes.last == UInt8(ascii: "\n"), comment)
    }

    private func interestingPlaces(of loader: BootInformation.Loader) -> [Int] {
        let information = Array(Sample.information..<(Sample.information + 200))
        return loader == .multiboot2
            ? information
            : Array(Sample.information..<(Sample.information + 56)) + [
                Sample.map, Sample.map + 8, Sample.map + 16, Sample.words, Sample.modules,
                Sample.modules + 8,
            ]
    }

    /// One to eight bytes: a number at a border, or anything.
    private func bytes(using generator: inout SplitMix64) -> [UInt8] {
        let numbers: [UInt64] = [
            0, 1, 7, 8, 15, 16, 24, 0x1f_ffff, 0x2_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
            1 << 52, .max >> 1, .max - 23, .max, generator.next(),
        ]
        let number = numbers.randomElement(using: &generator)!
        let size = [1, 2, 4, 8].randomElement(using: &generator)!
        return (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
