import Testing

/// What the command `book` does, tried from outside. One test after the other: some build packages,
/// and their times add up better than they mix.
@Suite(.serialized) enum BookTests {}
