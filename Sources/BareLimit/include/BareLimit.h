// What no allocator can be faster than, written out: the bare loads and stores. And two words to
// the compiler, so that it does not take a measured loop apart.

#ifndef BARE_LIMIT_H
#define BARE_LIMIT_H

#include <stdint.h>

/// A stack of numbers in an array, with nothing that could refuse: no limit, no check.
struct BareStack {
    uint64_t count;
    uint32_t *numbers;
};

/// Pops a number and pushes it again, so many times. A pop loads the count and the number and
/// stores the count; a push stores the number and the count: 2 loads and 3 stores a pair, none of
/// which the compiler may leave out.
static inline void popAndPushBare(struct BareStack *stack, uint64_t pairs) {
    volatile uint64_t *count = &stack->count;
    volatile uint32_t *numbers = stack->numbers;
    for (uint64_t pair = 0; pair < pairs; pair++) {
        uint64_t last = *count - 1;
        uint32_t number = numbers[last];
        *count = last;
        numbers[last] = number;
        *count = last + 1;
    }
}

/// Pops so many numbers into an array and pushes them again, the first one first.
static inline void popAndPushBareBatch(struct BareStack *stack, uint32_t *held, uint64_t size) {
    volatile uint64_t *count = &stack->count;
    volatile uint32_t *numbers = stack->numbers;
    for (uint64_t index = 0; index < size; index++) {
        uint64_t last = *count - 1;
        held[index] = numbers[last];
        *count = last;
    }
    for (uint64_t index = 0; index < size; index++) {
        uint64_t next = *count;
        numbers[next] = held[index];
        *count = next + 1;
    }
}

/// No instruction: the same number, but the compiler does not know that.
static inline uint64_t withHiddenOrigin(uint64_t number) {
    __asm__ volatile("" : "+r"(number));
    return number;
}

/// No instruction: but what stands at this address must be in memory now, and be read again.
static inline void keepInMemory(const void *address) {
    __asm__ volatile("" : : "r"(address) : "memory");
}

#endif
