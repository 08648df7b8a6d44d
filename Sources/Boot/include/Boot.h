// What the linker and the assembly know and Swift needs: where the image lies, where the
// exceptions come in, and the accesses that may fail.

#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

// ---- entry.S, on bare metal only -------------------------------------------------------------

/// The physical address of the first byte of the kernel's image.
extern const uint64_t kernelImageStart;

/// The physical address after the last byte of the kernel's image, its zeroed data and the
/// boot stack and boot page tables among it.
extern const uint64_t kernelImageEnd;

/// The first physical address, in bytes, that the boot page tables do not reach.
extern const uint64_t bootTablesReach;

/// The parts of the kernel's image by linear addresses, from the first byte to the one behind the
/// last. Each begins at a page.
struct KernelParts {
    uint64_t textStart, textEnd;
    uint64_t readOnlyStart, readOnlyEnd;
    uint64_t dataStart, dataEnd;
};
extern const struct KernelParts kernelParts;

/// The linear address of an image's byte is its physical address and this.
extern const uint64_t kernelImageOffset;

// ---- traps.S, on bare metal only -------------------------------------------------------------

/// What lies on the stack while an exception is handled: what our code pushed, and from `rip` on
/// what the processor did (SDM volume 3, "64-Bit Mode Stack Frame").
struct TrapFrame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, errorCode;
    uint64_t rip, cs, rflags, rsp, ss;
};

/// Addresses in the code of traps.S.
struct TrapCode {
    /// The first of 256 stubs of 16 bytes each: where exceptions come in, by their vector.
    uint64_t stubs;
    /// The probing accesses stand from here ...
    uint64_t probingStart;
    /// ... up to here.
    uint64_t probingEnd;
    /// Where the probing fetch returns to.
    uint64_t probingFetchEnd;
    /// Where a probing access that faulted goes on.
    uint64_t probingReturn;
};
extern const struct TrapCode trapCode;

/// The memory of one processor, by linear addresses. Each stack goes from its end down to its
/// guard, a page of 4096 bytes below it that is never used.
struct ProcessorMemory {
    /// Two pages for the tables of descriptors, and one for what the processor notes.
    uint64_t descriptors;
    uint64_t bootStackGuard, bootStackEnd;
    uint64_t doubleFaultStackGuard, doubleFaultStackEnd;
    uint64_t nonMaskableInterruptStackGuard, nonMaskableInterruptStackEnd;
    uint64_t machineCheckStackGuard, machineCheckStackEnd;
};
extern const struct ProcessorMemory bootProcessorMemory;

/// What a probing access came to.
struct Probe {
    /// What was loaded or stored; if it faulted, the address of the fault.
    uint64_t value;
    /// 0, or the exception: its vector in bits 32 to 39, its error code below.
    uint64_t exception;
};

/// MOV: loads eight bytes, or tells the fault.
struct Probe probeLoadUInt64(uint64_t address);

/// MOV: loads one byte, or tells the fault.
struct Probe probeLoadUInt8(uint64_t address);

/// MOV: stores eight bytes, or tells the fault.
struct Probe probeStoreUInt64(uint64_t address, uint64_t value);

/// MOV: stores one byte, or tells the fault.
struct Probe probeStoreUInt8(uint64_t address, uint8_t value);

/// CALL: executes the code at the address, which must end in RET, or tells the fault. The value is
/// what the code left in EAX.
struct Probe probeFetch(uint64_t address);

/// IRETQ: begins at `start` as a program, with `address` in RDI, `value` in RSI and a stack pointer
/// of 0. The first exception ends it. If that is RET's page fault at address 0, where nothing may
/// be mapped, all went well, and the value is what was left in RAX.
struct Probe probeAsProgram(uint64_t address, uint64_t value, uint64_t start);

// ---- processors.S, on bare metal only --------------------------------------------------------

/// Addresses in processors.S, by which a processor is started.
struct StartCode {
    /// The code that is copied to the beginning of a page below 1 MiB, less than 4096 bytes.
    uint64_t start, end;
    /// Where in it the physical address of the PML4 table goes, below 4 GiB.
    uint64_t root;
    /// Three words: the ticket, which is the number of the processor's local APIC and bit 32, or
    /// 0; the end of its stack; and what processorMain is called with.
    uint64_t ticket;
};
extern const struct StartCode startCode;

#endif
