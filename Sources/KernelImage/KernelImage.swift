// The image's entry stands in Chapters/10-kernel-booting.md.
