// The module of Chapters/09-many-processors.md, where its code stands.
