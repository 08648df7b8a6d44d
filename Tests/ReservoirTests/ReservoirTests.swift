// Tests of Chapters/07-reservoir.md stand in the chapter and beside this file.
