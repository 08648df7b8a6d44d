// The instructions of the processor that Swift cannot express, one function each.
//
// The names in capitals are those of the Intel 64 and IA-32 Architectures Software Developer's
// Manual (SDM), volume 2. On other processors than x86-64 every function traps: the modules that
// use them then still compile, and what can run without the instruction can be tested there.

#ifndef CPU_H
#define CPU_H

#include <stdint.h>

#define CPU_INSTRUCTION static inline __attribute__((always_inline))

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

/// UD2: raises #UD, the invalid opcode exception.
CPU_INSTRUCTION void raiseInvalidOpcode(void) {
    __asm__ volatile("ud2" : : : "memory");
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

#else

CPU_INSTRUCTION void writePort8(uint16_t port, uint8_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint8_t readPort8(uint16_t port) { __builtin_trap(); }
CPU_INSTRUCTION void writePort32(uint16_t port, uint32_t value) { __builtin_trap(); }
CPU_INSTRUCTION uint32_t readPort32(uint16_t port) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t readTimeStampCounter(void) { __builtin_trap(); }
CPU_INSTRUCTION void haltUntilInterrupt(void) { __builtin_trap(); }
CPU_INSTRUCTION void pauseInWaitingLoop(void) { __builtin_trap(); }
CPU_INSTRUCTION void disableInterrupts(void) { __builtin_trap(); }
CPU_INSTRUCTION void raiseInvalidOpcode(void) { __builtin_trap(); }
CPU_INSTRUCTION uint8_t loadUInt8(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint16_t loadUInt16(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint32_t loadUInt32(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION uint64_t loadUInt64(uint64_t address) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt8(uint64_t address, uint8_t value) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt16(uint64_t address, uint16_t value) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt32(uint64_t address, uint32_t value) { __builtin_trap(); }
CPU_INSTRUCTION void storeUInt64(uint64_t address, uint64_t value) { __builtin_trap(); }

#endif

#endif
