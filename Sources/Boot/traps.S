// From an exception to Swift's handleTrap and back, and the accesses that may fail.

#if defined(__x86_64__) && !__STDC_HOSTED__

// ---- The ways in: one stub for each vector ---------------------------------------------------

// Every stub is 16 bytes long, so that stub n stands at trapStubsStart + 16 * n.
    .section .text.traps, "ax"
    .balign 16
trapStubsStart:
    .set vector, 0
    .rept 256
    .balign 16
    // These push an error code (SDM volume 3, "Error Code"; the last two are AMD's, APM volume 2,
    // "Exceptions and Interrupts"); for all others we push a zero.
    .if vector != 8 && (vector < 10 || vector > 14) && vector != 17 \
        && vector != 21 && vector != 29 && vector != 30
    pushq   $0
    .endif
    pushq   $vector
    jmp     trapEntry
    .set vector, vector + 1
    .endr

// The other half of a TrapFrame, so that it is in order in memory; then Swift.
trapEntry:
    pushq   %rax
    pushq   %rbx
    pushq   %rcx
    pushq   %rdx
    pushq   %rsi
    pushq   %rdi
    pushq   %rbp
    pushq   %r8
    pushq   %r9
    pushq   %r10
    pushq   %r11
    pushq   %r12
    pushq   %r13
    pushq   %r14
    pushq   %r15
    cld
    movq    %rsp, %rdi                      // the address of the TrapFrame
    call    handleTrap
    popq    %r15
    popq    %r14
    popq    %r13
    popq    %r12
    popq    %r11
    popq    %r10
    popq    %r9
    popq    %r8
    popq    %rbp
    popq    %rdi
    popq    %rsi
    popq    %rdx
    popq    %rcx
    popq    %rbx
    popq    %rax
    addq    $16, %rsp                       // the vector and the error code
    iretq

// ---- Accesses that may fail ------------------------------------------------------------------

// rdi is the address, rsi the value to store. An access that succeeds leaves its value in rax and
// zero in rdx. If it faults, handleTrap writes what happened into both and goes on at the ret.
    .section .text.probing, "ax"
probingStart:
    .global probeLoadUInt64
probeLoadUInt64:
    xorl    %edx, %edx
    movq    (%rdi), %rax
    ret

    .global probeLoadUInt8
probeLoadUInt8:
    xorl    %edx, %edx
    movzbl  (%rdi), %eax
    ret

    .global probeStoreUInt64
probeStoreUInt64:
    xorl    %edx, %edx
    movq    %rsi, %rax
    movq    %rsi, (%rdi)
    ret

    .global probeStoreUInt8
probeStoreUInt8:
    xorl    %edx, %edx
    movzbl  %sil, %eax
    movb    %sil, (%rdi)
    ret

// The instruction at the address must be a ret. A fault is met on the way to it: then it is not
// our instruction pointer that tells, but the return address on the stack.
    .global probeFetch
probeFetch:
    xorl    %edx, %edx
    xorl    %eax, %eax
    call    *%rdi
probingFetchEnd:
probingReturn:
    ret
probingEnd:

// A program of a few instructions. An exception in it finds its stack in the task state, and what
// lies on ours from here on is out of its way. handleTrap goes on at probingReturn.
    .global probeAsProgram
probeAsProgram:
    movq    %rsp, descriptorMemory + 72(%rip)   // RSP0 of the task state
    pushq   $0x2b                           // SS: the program's data segment
    pushq   $0                              // RSP
    pushq   $0x2                            // RFLAGS: interrupts stay off
    pushq   $0x33                           // CS: the program's code segment
    pushq   %rdx                            // RIP
    xorl    %eax, %eax
    iretq

// ---- What Swift must know of all this --------------------------------------------------------

    .section .rodata.traps, "a"
    .balign 8
    .global trapCode
trapCode:
    .quad trapStubsStart
    .quad probingStart
    .quad probingEnd
    .quad probingFetchEnd
    .quad probingReturn

    .global bootProcessorMemory
bootProcessorMemory:
    .quad descriptorMemory
    .quad bootStackGuard
    .quad bootStackEnd
    .quad doubleFaultStackGuard
    .quad doubleFaultStackEnd
    .quad nonMaskableInterruptStackGuard
    .quad nonMaskableInterruptStackEnd
    .quad machineCheckStackGuard
    .quad machineCheckStackEnd

// ---- Memory that is in no file ---------------------------------------------------------------

// Below each stack lies one page that is never used: its guard.
    .section .bss.stacks, "aw", @nobits
    .balign 4096
bootStackGuard:
    .skip 4096
bootStack:
    .skip 128 * 1024
    .global bootStackEnd
bootStackEnd:
doubleFaultStackGuard:
    .skip 4096
doubleFaultStack:
    .skip 16 * 1024
doubleFaultStackEnd:
nonMaskableInterruptStackGuard:
    .skip 4096
nonMaskableInterruptStack:
    .skip 16 * 1024
nonMaskableInterruptStackEnd:
machineCheckStackGuard:
    .skip 4096
machineCheckStack:
    .skip 16 * 1024
machineCheckStackEnd:

    .section .bss.descriptors, "aw", @nobits
    .balign 4096
descriptorMemory:
    .skip 3 * 4096

#endif
