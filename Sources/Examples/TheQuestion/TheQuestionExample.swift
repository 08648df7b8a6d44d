// The executable of Chapters/00-the-question.md, where its code stands.
