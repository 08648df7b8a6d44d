// The module of Chapters/04-recursive-mapping.md, where its code stands.
