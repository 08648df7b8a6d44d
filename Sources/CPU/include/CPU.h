// The instructions of the processor that Swift cannot express, one function each.
//
// The names in capitals are those of the Intel 64 and IA-32 Architectures Software Developer's
// Manual (SDM), volume 2. On other processors than x86-64 every function traps: the modules that
// use them then still compile, and what can run without the instruction can be tested there.

#ifndef CPU_H
#define CPU_H

#include <stdint.h>

#define CPU_INSTRUCTION static inline __attribute__((always_inline))

/// What CPUID leaves in four registers.
struct ProcessorIdentification {
    uint32_t eax, ebx, ecx, edx;
};

#if defined(__x86_64__)

/// OUT: writes one byte to an I/O port.
CPU_INSTRUCTION void writePort8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/// IN: reads one byte from an I/O port.
CPU_INSTRUCTION uint8_t readPort8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/// OUT: writes four bytes to an I/O port.
CPU_INSTRUCTION void writePort32(uint16_t port, uint32_t value) {
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/// IN: reads four bytes from an I/O port.
CPU_INSTRUCTION uint32_t readPort32(uint16_t port) {
    uint32_t value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

/// RDTSC: the time-stamp counter, which counts ticks since reset.
CPU_INSTRUCTION uint64_t readTimeStampCounter(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/// HLT: stops the processor until the next interrupt.
CPU_INSTRUCTION void haltUntilInterrupt(void) {
    __asm__ volatile("hlt" : : : "memory");
}

/// PAUSE: tells the processor that it is in a loop that waits.
CPU_INSTRUCTION void pauseInWaitingLoop(void) {
    __asm__ volatile("pause" : : : "memory");
}

/// CLI: from here on, maskable interrupts are not taken.
CPU_INSTRUCTION void disableInterrupts(void) {
    __asm__ volatile("cli" : : : "memory");
}

/// STI: from here on, maskable interrupts are taken.
CPU_INSTRUCTION void enableInterrupts(void) {
    __asm__ volatile("sti" : : : "memory");
}

/// STI and HLT: stops the processor until the next interrupt. None is taken between the two (SDM
/// volume 2, "STI"), so one that came before still ends the wait.
CPU_INSTRUCTION void enableInterruptsAndHalt(void) {
    __asm__ volatile("sti\n\thlt" : : : "memory");
}

/// PUSHF: the flags. Bit 9 is set if maskable interrupts are taken.
CPU_INSTRUCTION uint64_t readFlags(void) {
    uint64_t value;
    __asm__ volatile("pushfq\n\tpopq %0" : "=r"(value) : : "memory");
    return value;
}

/// MFENCE and LFENCE: goes on when all stores before it can be seen by every processor.
CPU_INSTRUCTION void completeStores(void) {
    __asm__ volatile("mfence\n\tlfence" : : : "memory");
}

/// MOV: loads the eight bytes that register GS leads to.
CPU_INSTRUCTION uint64_t loadFromProcessorBase(void) {
    uint64_t value;
    __asm__ volatile("movq %%gs:0, %0" : "=r"(value));
    return value;
}

/// UD2: raises #UD, the invalid opcode exception.
CPU_INSTRUCTION void raiseInvalidOpcode(void) {
    __asm__ volatile("ud2" : : : "memory");
}

/// LIDT: from here on, exceptions find their handlers in this table.
CPU_INSTRUCTION void loadInterruptTable(uint64_t address, uint16_t limit) {
    struct __attribute__((packed)) { uint16_t limit; uint64_t address; } table = {limit, address};
    __asm__ volatile("lidt %0" : : "m"(table) : "memory");
}

/// LGDT: from here on, segment selectors mean the descriptors of this table. The segment
/// registers keep what they loaded before.
CPU_INSTRUCTION void loadDescriptorTable(uint64_t address, uint16_t limit) {
    struct __attribute__((packed)) { uint16_t limit; uint64_t address; } table = {limit, address};
    __asm__ volatile("lgdt %0" : : "m"(table) : "memory");
}

/// LTR: names the descriptor of the task state segment, which it marks as busy.
CPU_INSTRUCTION void loadTaskRegister(uint16_t selector) {
    __asm__ volatile("ltr %0" : : "r"(selector) : "memory");
}

/// INVLPG: forgets the translation of the page at a linear address.
CPU_INSTRUCTION void invalidatePage(uint64_t address) {
    __asm__ volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/// MOV from CR0.
CPU_INSTRUCTION uint64_t readCR0(void) {
    uint64_t value;
    __asm__ volatile("movq %%cr0, %0" : "=r"(value));
    return value;
}

/// MOV to CR0.
CPU_INSTRUCTION void writeCR0(uint64_t value) {
    __asm__ volatile("movq %0, %%cr0" : : "r"(value) : "memory");
}

/// MOV from CR2: the linear address of the latest page fault.
CPU_INSTRUCTION uint64_t readCR2(void) {
    uint64_t value;
    __asm__ volatile("movq %%cr2, %0" : "=r"(value));
    return value;
}

/// MOV from CR3: the table base.
CPU_INSTRUCTION uint64_t readCR3(void) {
    uint64_t value;
    __asm__ volatile("movq %%cr3, %0" : "=r"(value) : : "memory");
    return value;
}

/// MOV to CR3: sets the table base, and forgets all translations but those of global pages.
CPU_INSTRUCTION void writeCR3(uint64_t value) {
    __asm__ volatile("movq %0, %%cr3" : : "r"(value) : "memory");
}

/// MOV from CR4.
CPU_INSTRUCTION uint64_t readCR4(void) {
    uint64_t value;
    __asm__ volatile("movq %%cr4, %0" : "=r"(value));
    return value;
}

/// MOV to CR4: if it changes bit PGE, all translations are forgotten, those of global pages too.
CPU_INSTRUCTION void writeCR4(uint64_t value) {
    __asm__ volatile("movq %0, %%cr4" : : "r"(value) : "memory");
}

/// RDMSR: reads a model-specific register.
CPU_INSTRUCTION uint64_t readModelSpecificRegister(uint32_t number) {
    uint32_t low, high;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

/// WRMSR: writes a model-specific register.
CPU_INSTRUCTION void writeModelSpecificRegister(uint32_t number, uint64_t value) {
    __asm__ volatile("wrmsr"
                     : : "c"(number), "a"((uint32_t)value), "d"((uint32_t)(value >> 32))
                     : "memory");
}

/// CPUID: what the processor says about itself in a leaf.
CPU_INSTRUCTION struct ProcessorIdentification identifyProcessor(uint32_t leaf) {
    struct ProcessorIdentification id;
    __asm__ volatile("cpuid"
                     : "=a"(id.eax), "=b"(id.ebx), "=c"(id.ecx), "=d"(id.edx)
                     : "a"(leaf), "c"(0));
    return id;
}

/// DEC and JNZ, so many times, at least once: 2 * count instructions.
CPU_INSTRUCTION void countDown(uint64_t count) {
    __asm__ volatile("0: decq %0\n\tjnz 0b" : "+r"(count) : : "cc");
}

/// No instruction: the same number, but the compiler does not know that.
CPU_INSTRUCTION uint64_t hideOrigin(uint64_t number) {
    __asm__ volatile("" : "+r"(number));
    return number;
}

// Instructions that raise an exception; #UD stands above.

/// A byte that is no instruction in 64-bit mode: raises #UD, as UD2 does.
CPU_INSTRUCTION void executeNoInstruction(void) {
    __asm__ volatile(".byte 0x06" : : : "memory");
}

/// DIV by zero: raises #DE, the divide error.
CPU_INSTRUCTION void divideByZero(void) {
    __asm__ volatile("xorl %%ecx, %%ecx\n\tdivl %%ecx" : : : "eax", "ecx", "edx", "cc");
}

/// CALL: goes on at a linear address.
CPU_INSTRUCTION void callAddress(uint64_t address) {
    __asm__ volatile("call *%0"
                     : "+a"(address)
                     : : "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "cc", "memory");
}

/// PUSH with this stack pointer; the old one comes back if that goes well.
CPU_INSTRUCTION void pushOntoStack(uint64_t stackPointer) {
    __asm__ volatile("xchgq %0, %%rsp\n\tpushq $0\n\tpopq %%rcx\n\txchgq %0, %%rsp"
                     : "+r"(stackPointer) : : "rcx", "memory");
}

// Loads and stores by linear address. They are instructions, not dereferences of a C pointer,
// because linear address 0 is legal here: frame 0 is a frame, and a null pointer is not.

/// MOV: loads the byte at a linear address.
CPU_INSTRUCTION uint8_t loadUInt8(uint64_t address) {
    uint8_t value;
    __asm__ volatile("movb (%1), %0" : "=q"(value) : "r"(address) : "memory");
    return value;
}

/// MOV: loads the two bytes at a linear address.
CPU_INSTRUCTION uint16_t loadUInt16(uint64_t address) {
    uint16_t value;
    __asm__ volatile("movw (%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

/// MOV: loads the four bytes at a linear address.
CPU_INSTRUCTION uint32_t loadUInt32(uint64_t address) {
    uint32_t value;
    __asm__ volatile("movl (%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

/// MOV: loads the eight bytes at a linear address.
CPU_INSTRUCTION uint64_t loadUInt64(uint64_t address) {
    uint64_t value;
    __asm__ volatile("movq (%1), %0" : "=r"(value) : "r"(address) : "memory");
    return value;
}

/// MOV: stores a byte at a linear address.
CPU_INSTRUCTION void storeUInt8(uint64_t address, uint8_t value) {
    __asm__ volatile("movb %0, (%1)" : : "q"(value), "r"(address) : "memory");
}

/// MOV: stores two bytes at a linear address.
CPU_INSTRUCTION void storeUInt16(uint64_t address, uint16_t value) {
    __asm__ volatile("movw %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

/// MOV: stores four bytes at a linear address.
CPU_INSTRUCTION void storeUInt32(uint64_t address, uint32_t value) {
    __asm__ volatile("movl %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

/// MOV: stores eight bytes at a linear address.
CPU_INSTRUCTION void storeUInt64(uint64_t address, uint64_t value) {
    __asm__ volatile("movq %0, (%1)" : : "r"(value), "r"(address) : "memory");
}

/// REP STOSQ: stores the same eight bytes so many times, from a linear address upward. It needs
/// the direction flag to be clear, as the calling convention has it.
CPU_INSTRUCTION void fillUInt64(uint64_t address, uint64_t count, uint64_t value) {
    __asm__ volatile("rep stosq" : "+D"(address), "+c"(count) : "a"(value) : "memory");
}

#else

CPU_INSTRUCTION void writePort8(uint16_t port, uint8_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint8_t readPort8(uint16_t port) { __builtin_trap(); }
CPU_INSTRUCTION void writePort32(uint16_t port, uint32_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint32_t readPort32(uint16_t port) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readTimeStampCounter(void) { __builtin_trap(); }
CPU_INSTRUCTION void haltUntilInterrupt(void) { __builtin_trap(); }
CPU_INSTRUCTION void pauseInWaitingLoop(void) { __builtin_trap(); }
CPU_INSTRUCTION void disableInterrupts(void) { __builtin_trap(); }
CPU_INSTRUCTION void enableInterrupts(void) { __builtin_trap(); }
CPU_INSTRUCTION void enableInterruptsAndHalt(void) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readFlags(void) { __builtin_trap(); }
CPU_INSTRUCTION void completeStores(void) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t loadFromProcessorBase(void) { __builtin_trap(); }
CPU_INSTRUCTION void raiseInvalidOpcode(void) { __builtin_trap(); }
CPU_INSTRUCTION void loadInterruptTable(uint64_t address, uint16_t limit) { __builtin_trap(); }
CPU_INSTRUCTION void loadDescriptorTable(uint64_t address, uint16_t limit) { __builtin_trap(); }
CPU_INSTRUCTION void loadTaskRegister(uint16_t selector) { __builtin_trap(); }
CPU_INSTRUCTION void invalidatePage(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readCR0(void) { __builtin_trap(); }
CPU_INSTRUCTION void writeCR0(uint64_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readCR2(void) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readCR3(void) { __builtin_trap(); }
CPU_INSTRUCTION void writeCR3(uint64_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readCR4(void) { __builtin_trap(); }
CPU_INSTRUCTION void writeCR4(uint64_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readModelSpecificRegister(uint32_t number) { __builtin_trap(); }
CPU_INSTRUCTION void writeModelSpecificRegister(uint32_t number, uint64_t value) {
    __builtin_trap();
}
CPU_INSTRUCTION struct ProcessorIdentification identifyProcessor(uint32_t leaf) {
    __builtin_trap();
}
CPU_INSTRUCTION void countDown(uint64_t count) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t hideOrigin(uint64_t number) { __builtin_trap(); }
CPU_INSTRUCTION void executeNoInstruction(void) { __builtin_trap(); }
CPU_INSTRUCTION void divideByZero(void) { __builtin_trap(); }
CPU_INSTRUCTION void callAddress(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION void pushOntoStack(uint64_t stackPointer) { __builtin_trap(); }
CPU_INSTRUCTION uint8_t loadUInt8(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint16_t loadUInt16(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint32_t loadUInt32(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t loadUInt64(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt8(uint64_t address, uint8_t value) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt16(uint64_t address, uint16_t value) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt32(uint64_t address, uint32_t value) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt64(uint64_t address, uint64_t value) { __builtin_trap(); }
CPU_INSTRUCTION void fillUInt64(uint64_t address, uint64_t count, uint64_t value) {
    __builtin_trap();
}

#endif

#endif
