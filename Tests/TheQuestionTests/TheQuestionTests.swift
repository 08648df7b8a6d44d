// The tests of Chapters/00-the-question.md stand there; what stands beside this file adds to them.
