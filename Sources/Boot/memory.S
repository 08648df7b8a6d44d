// The three functions that a compiler may call at any time, as the C library defines them.
//
// They are assembly because a compiler recognises a copying loop and makes it a call of memcpy:
// written in Swift or C, memcpy could end up calling itself.

#if defined(__x86_64__) && !__STDC_HOSTED__

    .section .text.memcpy, "ax"
    .global memcpy
memcpy:                                     // rdi: to, rsi: from, rdx: bytes
    movq    %rdi, %rax
    movq    %rdx, %rcx
    rep movsb
    ret

    .section .text.memmove, "ax"
    .global memmove
memmove:
    movq    %rdi, %rax
    movq    %rdx, %rcx
    movq    %rdi, %r8
    subq    %rsi, %r8
    cmpq    %rdx, %r8
    jb      backwards                       // "to" lies inside "from": copy from its end
    rep movsb
    ret
backwards:
    leaq    -1(%rdi, %rdx), %rdi
    leaq    -1(%rsi, %rdx), %rsi
    std
    rep movsb
    cld
    ret

    .section .text.memset, "ax"
    .global memset
memset:                                     // rdi: to, esi: byte, rdx: bytes
    movq    %rdi, %r8
    movl    %esi, %eax
    movq    %rdx, %rcx
    rep stosb
    movq    %r8, %rax
    ret

#endif
