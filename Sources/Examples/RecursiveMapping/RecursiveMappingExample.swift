// The executable of Chapters/04-recursive-mapping.md, where its code stands.
