// SwiftPM builds a target of assembly alone as nothing on hosts; this file makes it a C target.
#include "Boot.h"
