import NaiveStack
