// Tests of Chapters/06-storing-elsewhere.md stand in the chapter and beside this file.
