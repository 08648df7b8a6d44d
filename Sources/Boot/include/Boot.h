// What the linker and the entry code know and Swift needs: where the image lies.

#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

// Defined in entry.S, on bare metal only.

/// The physical address of the first byte of the kernel's image.
extern const uint64_t kernelImageStart;

/// The physical address after the last byte of the kernel's image, its zeroed data and the
/// boot stack and boot page tables among it.
extern const uint64_t kernelImageEnd;

/// The first physical address, in bytes, that the boot page tables do not reach.
extern const uint64_t bootTablesReach;

#endif
