// From a processor that waits for its start to Swift's processorMain.

#if defined(__x86_64__) && !__STDC_HOSTED__

// ---- The start code: copied to a page below 1 MiB --------------------------------------------

// A processor starts in real mode, with CS:IP at the first byte of the page (SDM volume 3,
// "Initialization for MP Protocol"). Nothing here knows which page that is. Paging is off until
// the end, so the code may write its own addresses into itself; afterwards it only reads.
    .section .rodata.startCode, "a"
    .balign 8
startCodeStart:
    .code16
    cli
    cld
    movw    %cs, %ax
    movw    %ax, %ds
    xorl    %ebx, %ebx
    movw    %cs, %bx
    shll    $4, %ebx                        // the physical address of the page
    leal    protectedMode - startCodeStart(%ebx), %eax
    movl    %eax, protectedModePointer - startCodeStart
    leal    startLongMode - startCodeStart(%ebx), %eax
    movl    %eax, longModePointer - startCodeStart
    leal    startDescriptors - startCodeStart(%ebx), %eax
    movl    %eax, startDescriptorTable - startCodeStart + 2
    lgdtl   startDescriptorTable - startCodeStart
    movl    %cr0, %eax
    orl     $1 << 0, %eax                   // CR0.PE
    movl    %eax, %cr0
    ljmpl   *protectedModePointer - startCodeStart

    .code32
protectedMode:
    movl    $0x10, %eax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss

    // SDM volume 3, 10.8.5, as in entry.S, but with the kernel's tables and its protections: an
    // entry that says "no execute" would be malformed without EFER.NXE.
    movl    %cr4, %eax
    orl     $1 << 5, %eax                   // CR4.PAE
    movl    %eax, %cr4
    movl    startRoot - startCodeStart(%ebx), %eax
    movl    %eax, %cr3
    movl    $0xc0000080, %ecx               // IA32_EFER
    rdmsr
    orl     $1 << 11 | 1 << 8, %eax         // EFER.NXE, EFER.LME
    wrmsr
    movl    %cr0, %eax
    orl     $1 << 31 | 1 << 16, %eax        // CR0.PG, CR0.WP
    movl    %eax, %cr0
    ljmpl   *longModePointer - startCodeStart(%ebx)

    .code64
startLongMode:
    xorl    %eax, %eax
    movw    %ax, %fs
    movw    %ax, %gs
    movabsq $processorEntry, %rax
    jmpq    *%rax

    .balign 8
startDescriptors:
    .quad 0
    .quad 0x00af9b000000ffff                // 0x08: code, 64-bit, ring 0
    .quad 0x00cf93000000ffff                // 0x10: data, ring 0
    .quad 0x00cf9b000000ffff                // 0x18: code, 32-bit, ring 0
startDescriptorTable:
    .short . - startDescriptors - 1
    .long 0
protectedModePointer:
    .long 0
    .short 0x18
longModePointer:
    .long 0
    .short 0x08
    .balign 8
startRoot:
    .quad 0
startCodeEnd:

// ---- In the kernel's address space -----------------------------------------------------------

// Whoever comes must have been called: the ticket holds the number of its local APIC, which CPUID
// tells, and bit 32. A processor that was given up and comes late finds another's ticket, or none.
    .section .text.processors, "ax"
processorEntry:
    xorl    %eax, %eax
    cpuid
    cmpl    $0x0b, %eax
    jb      shortNumber
    movl    $0x0b, %eax                     // extended topology: EDX is the number
    xorl    %ecx, %ecx
    cpuid
    movl    %edx, %edi
    testl   %ebx, %ebx                      // EBX is 0 where the leaf means nothing
    jne     takeTicket
shortNumber:
    movl    $1, %eax
    cpuid
    shrl    $24, %ebx
    movl    %ebx, %edi
takeTicket:
    movabsq $1 << 32, %rax
    orq     %rdi, %rax
    xorl    %ecx, %ecx
    lock cmpxchgq %rcx, startTicketMemory(%rip)
    jne     stopProcessor
    movq    startTicketMemory + 8(%rip), %rsp
    movq    startTicketMemory + 16(%rip), %rdi
    xorl    %ebp, %ebp                      // the backtrace ends here
    call    processorMain
stopProcessor:
    cli
    hlt
    jmp     stopProcessor

// ---- What Swift must know of all this --------------------------------------------------------

    .section .rodata.processors, "a"
    .balign 8
    .global startCode
startCode:
    .quad startCodeStart
    .quad startCodeEnd
    .quad startRoot
    .quad startTicketMemory

    .section .bss.processors, "aw", @nobits
    .balign 8
startTicketMemory:
    .skip 3 * 8

#endif
