// SwiftPM wants a source file in a C target. All of CPU is in its header, so that it inlines.
#include "CPU.h"
