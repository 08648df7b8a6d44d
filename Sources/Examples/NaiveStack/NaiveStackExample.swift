// The executable of Chapters/01-naive-stack.md, where its code stands.
