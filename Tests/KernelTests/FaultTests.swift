import Boot
import Paging
import Testing

@testable import Kernel

@Suite struct TrapReportTests {
    private func headline(
        vector: UInt64, errorCode: UInt64 = 0, rip: UInt64 = 0x1000, rsp: UInt64 = 0,
        memory: FakeMemory = FakeMemory()
    ) -> String {
        var frame = TrapFrame()
        (frame.vector, frame.errorCode, frame.rip, frame.rsp) = (vector, errorCode, rip, rsp)
        return text(
            TrapReport(frame: frame, faultAddress: 0x4000_0000, tableBase: 0, memory: memory)
                .headline)
    }

    @Test(arguments: [
        (UInt64(0), "the kernel read, the page is not present"),
        (0x01, "the kernel read, the page does not allow it"),
        (0x02, "the kernel wrote, the page is not present"),
        (0x03, "the kernel wrote, the page does not allow it"),
        (0x04, "a program read, the page is not present"),
        (0x07, "a program wrote, the page does not allow it"),
        (0x09, "the kernel read, an entry has a reserved bit set"),
        (0x10, "the kernel fetched, the page is not present"),
        (0x15, "a program fetched, the page does not allow it"),
    ])
    func pageFault(code: UInt64, words: String) {
        #expect(
            headline(vector: 14, errorCode: code)
                == "page fault at 0x0000000040000000, code 0x\(String(code, radix: 16)): \(words)")
    }

    @Test(arguments: [
        (UInt64(0), UInt64(0), "divide error"),
        (2, 0, "non-maskable interrupt"),
        (8, 0, "double fault: no handler could be called on the stack at 0x0000000000000ff8"),
        (9, 0, "exception or interrupt 9"),
        (13, 0x18, "general protection, code 0x18"),
        (18, 0, "machine check"),
        (255, 0, "exception or interrupt 255"),
    ])
    func others(vector: UInt64, code: UInt64, words: String) {
        #expect(headline(vector: vector, errorCode: code, rsp: 0xff8) == words)
    }

    /// 0f 0b is UD2. It may lie across two words, and what lies behind it need not exist.
    @Test func swiftsTrapIsToldFromOtherInvalidOpcodes() {
        let trap = "a trap of the program: a condition that Swift checks did not hold"
        let split = FakeMemory(words: [0x1000: 0x0f << 56, 0x1008: 0x0b])
        #expect(headline(vector: 6, rip: 0x1007, memory: split) == trap)
        let last = FakeMemory(words: [0x1000: 0x0b0f << 48])
        #expect(headline(vector: 6, rip: 0x1006, memory: last) == trap)
        let other = FakeMemory(words: [0x1000: 0x060f])
        #expect(headline(vector: 6, memory: other) == "invalid opcode")
        #expect(headline(vector: 6) == "invalid opcode")
    }

    @Test func theReportNamesPlacesAndRegisters() {
        var frame = TrapFrame()
        (frame.vector, frame.errorCode, frame.rip, frame.rsp) = (14, 16, 0x40_0000, 0x7ff0)
        (frame.rbp, frame.r9, frame.rflags) = (0x8000, 0x99, 0x46)
        // The called address holds nothing: who called it is on top of the stack.
        let memory = FakeMemory(words: [0x7ff0: 0xaaa, 0x8000: 0, 0x8008: 0xbbb])
        var transcript = Transcript()
        TrapReport(frame: frame, faultAddress: 0x40_0000, tableBase: 0x5000, memory: memory)
            .print(to: &transcript)
        let zero = "0x0000000000000000"
        #expect(
            transcript.text == """
                page fault at 0x0000000000400000, code 0x10: the kernel fetched, \
                the page is not present
                  at 0x0000000000400000
                  called from 0x0000000000000aaa
                  called from 0x0000000000000bbb
                registers
                  rax \(zero)  rbx \(zero)  rcx \(zero)  rdx \(zero)
                  rsi \(zero)  rdi \(zero)  rbp 0x0000000000008000  rsp 0x0000000000007ff0
                  r8  \(zero)  r9  0x0000000000000099  r10 \(zero)  r11 \(zero)
                  r12 \(zero)  r13 \(zero)  r14 \(zero)  r15 \(zero)
                  rip 0x0000000000400000  flg 0x0000000000000046  \
                cr2 0x0000000000400000  cr3 0x0000000000005000

                """)
    }

    /// Against the list in the manual: SDM volume 3, "Exceptions and Interrupts".
    @Test func errorCodes() {
        let withCode = (0..<UInt64(32)).filter { Exception(rawValue: $0)?.hasErrorCode == true }
        #expect(withCode == [8, 10, 11, 12, 13, 14, 17])
    }
}

@Suite struct BacktraceTests {
    private func walk(
        _ words: [UInt64: UInt64], from pointer: UInt64
    ) -> ([UInt64], Backtrace<FakeMemory>.Ending) {
        var addresses: [UInt64] = []
        let ending = Backtrace(memory: FakeMemory(words: words)).walk(from: pointer) {
            addresses.append($0)
        }
        return (addresses, ending)
    }

    @Test func stopsWhereAPointerCannotBeOne() {
        #expect(walk([:], from: 0) == ([], .complete))
        #expect(walk([:], from: 0x1000) == ([], .brokenAt(0x1000)))
        #expect(walk([0x1000: 0, 0x1008: 7], from: 0x1004) == ([], .brokenAt(0x1004)))
        // Half a frame.
        #expect(walk([0x1000: 0x2000], from: 0x1000) == ([], .brokenAt(0x1000)))
        // The last word of all addresses has no word behind it.
        #expect(walk([.max - 7: 0], from: .max - 7) == ([], .brokenAt(.max - 7)))
    }

    @Test func circlesEnd() {
        #expect(walk([0x1000: 0x1000, 0x1008: 7], from: 0x1000) == ([7], .brokenAt(0x1000)))
        let back: [UInt64: UInt64] = [0x1000: 0x2000, 0x1008: 7, 0x2000: 0x1000, 0x2008: 8]
        #expect(walk(back, from: 0x1000) == ([7, 8], .brokenAt(0x1000)))
    }

    @Test func aDeepRecursionIsCut() {
        var words: [UInt64: UInt64] = [:]
        for call in 0..<UInt64(100) {
            words[0x1000 + call * 16] = 0x1000 + (call + 1) * 16
            words[0x1008 + call * 16] = call
        }
        let (addresses, ending) = walk(words, from: 0x1000)
        #expect(addresses == Array(0..<24) && ending == .limitReached)
    }
}

@Suite struct ProbeTests {
    private static let code = TrapCode(
        stubs: 0, probingStart: 0x100, probingEnd: 0x140, probingFetchEnd: 0x13a,
        probingReturn: 0x13b)

    private func frame(vector: UInt64, rip: UInt64) -> TrapFrame {
        var frame = TrapFrame()
        (frame.vector, frame.rip, frame.rdi, frame.errorCode) = (vector, rip, 0x5008, 2)
        frame.rsp = 0x9000
        return frame
    }

    @Test func aFaultOfAProbeIsToldInItsRegisters() {
        var frame = frame(vector: 14, rip: 0x11f)
        let isProbe = frame.endProbe(in: Self.code, faultAddress: 0x5008, reading: FakeMemory())
        #expect(isProbe)
        #expect(frame.rip == 0x13b && frame.rsp == 0x9000)
        let fault = PageFault(address: VirtualAddress(0x5008), code: .write)
        #expect(throws: ProcessorFault.page(fault)) {
            try Probe(value: frame.rax, exception: frame.rdx).result()
        }
    }

    @Test func aProbeThatIsNotCanonical() {
        var frame = frame(vector: 13, rip: 0x100)
        (frame.rdi, frame.errorCode) = (1 << 63, 0)
        let isProbe = frame.endProbe(in: Self.code, faultAddress: 7, reading: FakeMemory())
        #expect(isProbe)
        #expect(throws: ProcessorFault.address(AddressFault(address: VirtualAddress(1 << 63)))) {
            try Probe(value: frame.rax, exception: frame.rdx).result()
        }
    }

    @Test func aFetchFailsAtItsTarget() {
        let memory = FakeMemory(words: [0x9000: 0x13a])
        var frame = frame(vector: 14, rip: 0x5008)
        let isProbe = frame.endProbe(in: Self.code, faultAddress: 0x5008, reading: memory)
        #expect(isProbe)
        #expect(frame.rip == 0x13b && frame.rsp == 0x9008)
    }

    @Test(arguments: [
        (UInt64(14), UInt64(0xff)), (14, 0x140), (13, 0x5008), (6, 0x11f), (8, 0x11f),
    ])
    func othersAreNone(vector: UInt64, rip: UInt64) {
        // A return address that is not that of the probing fetch.
        let memory = FakeMemory(words: [0x9000: 0x777])
        var frame = frame(vector: vector, rip: rip)
        let isProbe = frame.endProbe(in: Self.code, faultAddress: 0x5008, reading: memory)
        #expect(!isProbe)
        #expect(frame.rip == rip && frame.rsp == 0x9000 && frame.rax == 0 && frame.rdx == 0)
    }

    @Test func aValueIsAValue() throws {
        #expect(try Probe(value: .max, exception: 0).result() == .max)
    }
}

@Suite struct DescriptorTests {
    /// What the tables look like in memory, byte by byte, written down from the manual's figures.
    @Test func bytes() {
        let memory = ProcessorMemory(
            descriptors: 0xffff_ffff_8013_8000, bootStackGuard: 0, bootStackEnd: 0,
            doubleFaultStackGuard: 0, doubleFaultStackEnd: 0xffff_ffff_8012_1000,
            nonMaskableInterruptStackGuard: 0,
            nonMaskableInterruptStackEnd: 0xffff_ffff_8012_6000,
            machineCheckStackGuard: 0, machineCheckStackEnd: 0xffff_ffff_8012_b000)
        var bytes = [UInt8](repeating: 0, count: 8192)
        DescriptorTables(memory: memory, stubs: 0xffff_ffff_8010_1040).write { value, address in
            for index in 0..<UInt64(8) {
                bytes[Int(address - memory.descriptors + index)] =
                    UInt8(truncatingIfNeeded: value >> (8 * index))
            }
        }
        #expect(bytes[0..<8].allSatisfy { $0 == 0 })
        // Code: base 0, limit 0xfffff pages, type execute and read, accessed; L set, D clear.
        #expect(bytes[8..<16] == [0xff, 0xff, 0x00, 0x00, 0x00, 0x9b, 0xaf, 0x00])
        // Data: read and write, accessed.
        #expect(bytes[16..<24] == [0xff, 0xff, 0x00, 0x00, 0x00, 0x93, 0xcf, 0x00])
        // Task state: base 0xffffffff80138044, limit 103, type 9, present.
        #expect(
            bytes[24..<40] == [
                0x67, 0x00, 0x44, 0x80, 0x13, 0x89, 0x00, 0x80,
                0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00,
            ])
        let taskState = Array(bytes[68..<(68 + 104)])
        #expect(taskState[0..<36].allSatisfy { $0 == 0 })
        #expect(taskState[36..<44] == [0x00, 0x10, 0x12, 0x80, 0xff, 0xff, 0xff, 0xff])
        #expect(taskState[44..<52] == [0x00, 0x60, 0x12, 0x80, 0xff, 0xff, 0xff, 0xff])
        #expect(taskState[52..<60] == [0x00, 0xb0, 0x12, 0x80, 0xff, 0xff, 0xff, 0xff])
        #expect(taskState[60..<102].allSatisfy { $0 == 0 })
        #expect(taskState[102..<104] == [104, 0])

        func gate(_ vector: Int) -> [UInt8] {
            Array(bytes[(4096 + vector * 16)..<(4096 + vector * 16 + 16)])
        }
        let high: [UInt8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]
        // Stub 0x...80101120, selector 8, no stack of its own, present interrupt gate.
        #expect(gate(14) == [0x20, 0x11, 0x08, 0x00, 0x00, 0x8e, 0x10, 0x80] + high)
        #expect(gate(8) == [0xc0, 0x10, 0x08, 0x00, 0x01, 0x8e, 0x10, 0x80] + high)
        #expect(gate(2) == [0x60, 0x10, 0x08, 0x00, 0x02, 0x8e, 0x10, 0x80] + high)
        #expect(gate(18) == [0x60, 0x11, 0x08, 0x00, 0x03, 0x8e, 0x10, 0x80] + high)
        #expect(gate(255) == [0x30, 0x20, 0x08, 0x00, 0x00, 0x8e, 0x10, 0x80] + high)
    }
}

@Suite struct ProcessorFeatureTests {
    private func features(lastLeaf: UInt32, edx: UInt32) -> ProcessorFeatures {
        ProcessorFeatures { leaf in
            leaf == 0x8000_0000
                ? .init(eax: lastLeaf, ebx: 0, ecx: 0, edx: 0)
                : .init(eax: 0, ebx: 0, ecx: 0, edx: edx)
        }
    }

    @Test func noExecuteIsBit20OfALeafThatExists() {
        #expect(features(lastLeaf: 0x8000_0008, edx: 1 << 20).hasNoExecute)
        #expect(!features(lastLeaf: 0x8000_0008, edx: ~(1 << 20)).hasNoExecute)
        #expect(!features(lastLeaf: 0x8000_0000, edx: 1 << 20).hasNoExecute)
    }
}

@Suite struct PlannedFaultTests {
    @Test(arguments: [
        ("", nil), ("fault", nil), ("default=read", nil), ("fault=read", PlannedFault.read),
        ("words fault=double more", .double), (" fault=verdict", .verdict),
        ("fault=triple fault=x", .triple),
    ])
    func isFound(words: String, fault: PlannedFault?) throws {
        #expect(try commandLine(words).plannedFault() == fault)
    }

    @Test(arguments: ["fault=", "fault=x", "fault=reads", "fault=rea", "fault=READ"])
    func unknownOnesAreRefused(words: String) throws {
        let commandLine = try commandLine(words)
        #expect(throws: PlannedFaultFailure.self) { try commandLine.plannedFault() }
    }

    /// The line that lists them lists all, and is not cut.
    @Test func allAreListed() throws {
        let line = text(PlannedFaultFailure.unknown.line)
        #expect(line.utf8.count < 120)
        var names: [String] = []
        while let fault = PlannedFault(rawValue: names.count) { names.append("\(fault.name)") }
        #expect(line.hasSuffix(" one of " + names.joined(separator: " ")))
        for name in names {
            #expect(try commandLine("fault=\(name)").plannedFault() != nil)
        }
    }
}
