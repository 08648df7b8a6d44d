/// The random operations that tests compare with a reference model: how many each does, in all its
/// cases together, unless `FREE_FRAMES_ITERATIONS` says otherwise. A test takes its count from
/// here, so that what they add up to can be told.
public enum RandomOperations: CaseIterable {
    case frameStack, cursorAndStack
    case stackWhileTheIdentityMapComesAndGoes, walk
    case sparseMemory, processors
    case temporaryMapping, recursiveMapping, directMap
    case storingElsewhere, reservoir
    case schedules, threads

    private var usual: Int {
        switch self {
        case .frameStack, .cursorAndStack: 250_000
        case .stackWhileTheIdentityMapComesAndGoes, .walk: 100_000
        case .sparseMemory, .processors: 100_000
        case .temporaryMapping, .recursiveMapping, .directMap: 100_000
        case .storingElsewhere: 1_200_000
        case .reservoir: 1_200_000
        case .schedules, .threads: 100_000
        }
    }

    /// What one of several cases does, or one round of so many operations.
    public func count(share: Int = 1) -> Int { RandomRun.iterations(usual / share) }

    /// What all of them do on an ordinary day.
    public static var usualTotal: Int { allCases.map(\.usual).reduce(0, +) }
}
