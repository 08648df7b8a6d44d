// The tests of Chapters/01-naive-stack.md stand there; what stands beside this file adds to them.
