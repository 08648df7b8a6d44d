import TestSupport
import Testing

@Test func aMillionRandomOperationsAgreeWithTheirModels() {
    #expect(RandomOperations.usualTotal >= 1_000_000)
}
