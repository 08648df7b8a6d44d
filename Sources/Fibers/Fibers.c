#include "Fibers.h"

#include <stdint.h>

#if defined(__APPLE__)
#define SYMBOL "_"
#else
#define SYMBOL ""
#endif

// Where a prepared stack begins.
void fiberBegin(void);

#if defined(__x86_64__)

// The System V ABI preserves rbx, rbp and r12 to r15.
enum { preserved = 6 };

__asm__(".text\n"
        ".globl " SYMBOL "fiberSwitch\n"
        SYMBOL "fiberSwitch:\n"
        "    pushq %rbp\n"
        "    pushq %rbx\n"
        "    pushq %r12\n"
        "    pushq %r13\n"
        "    pushq %r14\n"
        "    pushq %r15\n"
        "    movq %rsp, (%rdi)\n"
        "    movq %rsi, %rsp\n"
        "    popq %r15\n"
        "    popq %r14\n"
        "    popq %r13\n"
        "    popq %r12\n"
        "    popq %rbx\n"
        "    popq %rbp\n"
        "    ret\n"
        ".globl " SYMBOL "fiberBegin\n"
        SYMBOL "fiberBegin:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined rip\n"
        "    movq %r13, %rdi\n"
        "    callq *%r12\n"
        "    ud2\n"
        "    .cfi_endproc\n");

void *fiberPrepare(void *top, void (*entry)(void *), void *argument) {
    uint64_t *stack = (uint64_t *)top - (preserved + 1);
    for (int index = 0; index < preserved; index++) stack[index] = 0;
    stack[2] = (uint64_t)argument;  // r13
    stack[3] = (uint64_t)entry;     // r12
    stack[preserved] = (uint64_t)fiberBegin;
    return stack;
}

#elif defined(__aarch64__)

// The AAPCS64 preserves x19 to x30 and the lower halves of v8 to v15.
enum { preserved = 20 };

__asm__(".text\n"
        ".p2align 2\n"
        ".globl " SYMBOL "fiberSwitch\n"
        SYMBOL "fiberSwitch:\n"
        "    stp x19, x20, [sp, #-160]!\n"
        "    stp x21, x22, [sp, #16]\n"
        "    stp x23, x24, [sp, #32]\n"
        "    stp x25, x26, [sp, #48]\n"
        "    stp x27, x28, [sp, #64]\n"
        "    stp x29, x30, [sp, #80]\n"
        "    stp d8, d9, [sp, #96]\n"
        "    stp d10, d11, [sp, #112]\n"
        "    stp d12, d13, [sp, #128]\n"
        "    stp d14, d15, [sp, #144]\n"
        "    mov x9, sp\n"
        "    str x9, [x0]\n"
        "    mov sp, x1\n"
        "    ldp x21, x22, [sp, #16]\n"
        "    ldp x23, x24, [sp, #32]\n"
        "    ldp x25, x26, [sp, #48]\n"
        "    ldp x27, x28, [sp, #64]\n"
        "    ldp x29, x30, [sp, #80]\n"
        "    ldp d8, d9, [sp, #96]\n"
        "    ldp d10, d11, [sp, #112]\n"
        "    ldp d12, d13, [sp, #128]\n"
        "    ldp d14, d15, [sp, #144]\n"
        "    ldp x19, x20, [sp], #160\n"
        "    ret\n"
        ".globl " SYMBOL "fiberBegin\n"
        SYMBOL "fiberBegin:\n"
        "    .cfi_startproc\n"
        "    .cfi_undefined x30\n"
        "    mov x0, x19\n"
        "    blr x20\n"
        "    brk #1\n"
        "    .cfi_endproc\n");

void *fiberPrepare(void *top, void (*entry)(void *), void *argument) {
    uint64_t *stack = (uint64_t *)top - preserved;
    for (int index = 0; index < preserved; index++) stack[index] = 0;
    stack[0] = (uint64_t)argument;  // x19
    stack[1] = (uint64_t)entry;     // x20
    stack[11] = (uint64_t)fiberBegin;  // x30
    return stack;
}

#endif
