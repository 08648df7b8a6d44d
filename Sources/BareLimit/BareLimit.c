// SwiftPM wants a source file in a C target. All of it is in the header, so that it inlines.
#include "BareLimit.h"
