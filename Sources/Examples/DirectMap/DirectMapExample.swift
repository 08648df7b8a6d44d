// The executable of Chapters/05-direct-map.md, where its code stands.
