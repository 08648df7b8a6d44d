// A second stack, and the step from one to another: what Swift cannot say. For the host only.
//
// A switch saves the registers that a called function must preserve, on the stack that it leaves,
// and takes those of the other. That is a few nanoseconds and no system call, unlike swapcontext,
// which asks the system for the signal mask each time.

#ifndef FIBERS_H
#define FIBERS_H

#if defined(__x86_64__) || defined(__aarch64__)

/// Readies a stack, so that the first switch to it calls `entry(argument)` there.
///
/// `top` is the address behind its last byte, a multiple of 16. `entry` must not return.
/// Returns where the stack is to be continued.
void *fiberPrepare(void *top, void (*entry)(void *), void *argument);

/// Leaves the stack that runs, notes in `*left` where it is to be continued, and continues the
/// other one.
void fiberSwitch(void **left, void *entered);

#else
#error "fibers are written for x86-64 and arm64 only"
#endif

#endif
