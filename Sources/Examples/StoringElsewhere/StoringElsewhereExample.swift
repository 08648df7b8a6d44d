// The executable of Chapters/06-storing-elsewhere.md, where its code stands.
