// The tests stand in Chapters/00-the-question.md.
