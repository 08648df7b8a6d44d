import Testing

@testable import Tangle
