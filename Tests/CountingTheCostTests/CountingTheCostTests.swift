// Tests of Chapters/08-counting-the-cost.md stand in the chapter and beside this file.
