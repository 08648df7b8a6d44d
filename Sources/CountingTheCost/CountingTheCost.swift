// The module of Chapters/08-counting-the-cost.md, where its code stands.
