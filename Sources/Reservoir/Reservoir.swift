// The module of Chapters/07-reservoir.md, where its code stands.
