// The module of Chapters/10-kernel-booting.md and those after it, where its code stands.
