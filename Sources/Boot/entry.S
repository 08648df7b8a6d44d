// From the machine as a loader leaves it to Swift's kernelMain.
//
// A loader enters in 32-bit protected mode with paging off. It has two doors to choose from: the
// PVH note (QEMU's -kernel) and the Multiboot2 header (GRUB). Both lead to enterLongMode, with a
// magic number in edi that names the door and the physical address of the boot information in
// esi. SDM is the Intel 64 and IA-32 Architectures Software Developer's Manual.

#if defined(__x86_64__) && !__STDC_HOSTED__

// ---- What loaders look for ------------------------------------------------------------------

// Multiboot2 specification 2.0, section 3.1: the header.
    .section .boot.header, "a"
    .balign 8
multiboot2Header:
    .long 0xe85250d6                        // magic
    .long 0                                 // architecture: 32-bit protected mode of i386
    .long multiboot2HeaderEnd - multiboot2Header
    .long -(0xe85250d6 + 0 + (multiboot2HeaderEnd - multiboot2Header))
    .short 0, 0                             // the tag that ends the tags
    .long 8
multiboot2HeaderEnd:

// Xen's ELF note XEN_ELFNOTE_PHYS32_ENTRY: the physical address of the 32-bit entry.
    .section .note.Xen, "a", @note
    .balign 4
    .long 4                                 // bytes of the name
    .long 8                                 // bytes of the description
    .long 18                                // the type, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .quad pvhEntry

// ---- 32 bits: the two doors, the tables, the switch -----------------------------------------

// Linear address - physical address in the high half, as kernel.ld links it.
    .set kernelBase, 0xffffffff80000000

// The boot page tables reach the first GiB of physical memory.
    .set reach, 1 << 30

    .section .boot.text, "ax"
    .code32

    .global pvhEntry
pvhEntry:
    movl    $0x336ec578, %edi               // PVH passes no magic number; the structure's own
    jmp     enterLongMode

    .global multiboot2Entry
multiboot2Entry:
    movl    %eax, %edi                      // 0x36d76289

enterLongMode:
    cli
    cld
    movl    %ebx, %esi                      // both doors: the boot information's address

    // An exception without a handler shall reset the machine, not run what lies at address 0.
    lidt    emptyInterruptTable

    // Level 4 and level 3: one entry for the identity map, one for the high half.
    movl    $bootLevel4 - kernelBase, %ebx
    movl    $bootLevel3Low - kernelBase + 0x3, (%ebx)
    movl    $bootLevel3High - kernelBase + 0x3, 511 * 8(%ebx)
    movl    $bootLevel2 - kernelBase + 0x3, bootLevel3Low - kernelBase
    movl    $bootLevel2 - kernelBase + 0x3, bootLevel3High - kernelBase + 510 * 8

    // Level 2: 512 pages of 2 MiB, the first GiB. 0x83 = present, writable, large page.
    movl    $0x83, %eax
    movl    $bootLevel2 - kernelBase, %ecx
fillLevel2:
    movl    %eax, (%ecx)
    addl    $8, %ecx
    addl    $0x200000, %eax
    cmpl    $reach + 0x83, %eax
    jne     fillLevel2

    // SDM volume 3, 10.8.5: PAE, the tables, long mode, and paging last.
    movl    %cr4, %eax
    orl     $1 << 5, %eax                   // CR4.PAE
    movl    %eax, %cr4
    movl    %ebx, %cr3
    movl    $0xc0000080, %ecx               // IA32_EFER
    rdmsr
    orl     $1 << 8, %eax                   // EFER.LME
    wrmsr
    movl    %cr0, %eax
    orl     $1 << 31 | 1 << 0, %eax         // CR0.PG, CR0.PE
    movl    %eax, %cr0

    lgdt    bootDescriptorTable
    ljmp    $0x08, $longMode

// ---- 64 bits --------------------------------------------------------------------------------

    .code64
longMode:
    movl    $0x10, %eax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    xorl    %eax, %eax
    movw    %ax, %fs
    movw    %ax, %gs
    movabsq $highHalf, %rax
    jmpq    *%rax

    .balign 8
bootDescriptors:
    .quad 0
    .quad 0x00af9b000000ffff                // 0x08: code, 64-bit, ring 0
    .quad 0x00cf93000000ffff                // 0x10: data, ring 0
bootDescriptorTable:
    .short . - bootDescriptors - 1
    .quad bootDescriptors

emptyInterruptTable:
    .short 0
    .quad 0

    .section .text.highHalf, "ax"
highHalf:
    movq    $bootStackEnd, %rsp
    xorl    %ebp, %ebp                      // the backtrace ends here
    movl    %edi, %edi                      // UInt32: the magic number
    movl    %esi, %esi                      // UInt64: the boot information's address
    call    kernelMain
stop:
    cli
    hlt
    jmp     stop

// ---- What the linker knows ------------------------------------------------------------------

    .section .rodata.kernelImage, "a"
    .balign 8
    .global kernelImageStart
kernelImageStart:
    .quad imageStart
    .global kernelImageEnd
kernelImageEnd:
    .quad imageEnd
    .global bootTablesReach
bootTablesReach:
    .quad reach
    .global kernelParts
kernelParts:
    .quad textStart, textEnd
    .quad readOnlyStart, readOnlyEnd
    .quad dataStart, dataEnd
    .global kernelImageOffset
kernelImageOffset:
    .quad kernelBase

// ---- Memory that is in no file: the loader zeroes it ----------------------------------------

    .section .bss.boot, "aw", @nobits
    .balign 4096
bootLevel4:
    .skip 4096
bootLevel3Low:
    .skip 4096
bootLevel3High:
    .skip 4096
bootLevel2:
    .skip 4096

#endif
