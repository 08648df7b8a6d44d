// The executable of Chapters/03-temporary-mapping.md, where its code stands.
