import NaiveStack
import TestSupport
import Testing

@testable import ExampleSupport

private func parse(_ text: String) throws(MemoryMapTextError) -> [MemoryMapEntry] {
    try MemoryMapText.parse(text, name: "map")
}

private func usable(_ first: UInt64, _ last: UInt64) -> MemoryMapEntry {
    MemoryMapEntry(start: first, length: last - first + 1, kind: .usable)
}

@Test(arguments: [
    "BIOS-e820: [mem 0x0000000000001000-0x0000000000001fff] usable",
    "[    0.000000] BIOS-e820: [mem 0x0000000000001000-0x0000000000001fff] usable",
    "Jan  1 00:00:00 host kernel: BIOS-e820: [mem 0x1000-0x1fff] usable",
    " BIOS-e820: 0000000000001000 - 0000000000002000 (usable)",
    "[    0.000000]  BIOS-e820: 0000000000001000 - 0000000000002000 (usable)",
    "BIOS-e820: [gap 0x0000-0x0fff]\nBIOS-e820: [mem 0x1000-0x1fff]    4 KB System RAM",
    "[mem 0x1000-0x1fff] usable",
    " 1000 - 2000 (usable)",
    "00001000-00001fff : System RAM",
])
func everyNotationGivesTheSameRange(text: String) throws {
    #expect(try parse(text) == [usable(0x1000, 0x1fff)])
    #expect(try parse(text + "\r\n\r\n") == [usable(0x1000, 0x1fff)])
}

@Test func aWholeLogIsSearchedForItsMap() throws {
    let log = """
        [    0.000000] Linux version 6.1 [mem 0x0-0x1]
        [    0.000000] BIOS-provided physical RAM map:
        [    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
        [    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] ACPI NVS
        [    0.000000] e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
        """
    #expect(
        try parse(log) == [
            usable(0, 0x9fbff),
            MemoryMapEntry(start: 0x9fc00, length: 0x400, kind: .acpiNonVolatile),
        ])
}

@Test func onlyTheTopLinesOfIomemCount() throws {
    let text = """
        00000000-00000fff : Reserved
        00001000-0009fbff : System RAM
          00002000-00002fff : Kernel code (a comment)
        fee00000-fee00fff : Local APIC
        """
    let entries = try parse(text)
    #expect(entries.count == 3)
    #expect(entries[1] == usable(0x1000, 0x9fbff))
    #expect(entries[2].kind == .reserved)
}

@Test func zerosMeanThatOneMustBeRoot() {
    #expect(
        complaint(about: "00000000-00000000 : Reserved\n00000000-00000000 : System RAM")
            == "map: every address is zero; Linux shows them to root only: sudo")
}

private func complaint(about text: String) -> String? {
    do {
        _ = try parse(text)
        return nil
    } catch {
        return error.description
    }
}

@Test(arguments: [
    ("BIOS-e820: [mem 0x0-0x9fbff] usable\nBIOS-e820: [mem 0x0-0x9fb", 2),
    ("BIOS-e820: usable", 1),
    ("[mem 0x2000-0x1fff] usable", 1),
    ("[mem 0x10000000000000000-0x1fff] usable", 1),
    ("[mem 0x-1-0x1fff] usable", 1),
    ("[mem 0x1000-0x1fff]", 1),
    ("2000 - 1000 (usable)", 1),
    ("1000-1fff System RAM", 1),
    ("\n\nhello", 3),
])
func aBadLineIsNamedWithWhatWasExpected(text: String, line: Int) throws {
    let found = try #require(complaint(about: text))
    #expect(found.hasPrefix("map:\(line): '"))
    #expect(found.contains("expected 'BIOS-e820: [mem 0x0-0x9fbff] usable'"))
}

@Test(arguments: ["", "\n", "   \n\t\n"])
func aTextWithoutAMapIsSaidToHaveNone(text: String) throws {
    #expect(try #require(complaint(about: text)).hasPrefix("map: no memory map in it"))
}

@Test(arguments: ["unusable", "12 MB device reserved", "type 20", "not usable RAM"])
func whatIsNotUsableIsNotUsable(name: String) throws {
    #expect(try parse("BIOS-e820: [mem 0x1000-0x1fff] \(name)")[0].kind != .usable)
}

@Test func anOldRangeMayBeEmpty() throws {
    #expect(try parse("1000 - 1000 (usable)")[0].length == 0)
}

@Test func aMapOfAllAddressesIsRead() throws {
    #expect(try parse("[mem 0x0-0xffffffffffffffff] usable")[0].length == .max)
}

@Test func mutatedMapsAreReadOrRefusedButNeverTrap() {
    var random = SplitMix64(seed: RandomRun.seed)
    let seeds = [
        "BIOS-e820: [mem 0x0000000000001000-0x0000000000001fff] usable\n",
        " BIOS-e820: 0000000000001000 - 0000000000002000 (usable)\n",
        "00001000-00001fff : System RAM\n",
    ]
    for _ in 0..<RandomRun.iterations(5000) {
        var bytes = Array((seeds.randomElement(using: &random)! + seeds[0]).utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = bytes.indices.randomElement(using: &random)!
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = .random(in: 0...255, using: &random)
            case 1: bytes.remove(at: index)
            default: bytes.insert(Array("0-:[] (x".utf8).randomElement(using: &random)!, at: index)
            }
        }
        if let entries = try? parse(String(decoding: bytes, as: UTF8.self)) {
            #expect(!entries.isEmpty)
            #expect((try? MemoryMap(cleaning: entries.span)) != nil)
        }
    }
}
