/// What was measured several times: figures of one unit, at least one.
public struct Samples: Codable, Equatable, Sendable {
    /// In the order of the rounds.
    public private(set) var values: [Double]

    public init(_ first: Double) { values = [first] }

    public mutating func append(_ value: Double) { values.append(value) }

    /// The value in the middle; of an even number, the mean of the two in the middle.
    public var median: Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    public var minimum: Double { values.reduce(.infinity, Swift.min) }
    public var maximum: Double { values.reduce(-.infinity, Swift.max) }
}

/// What was measured: for each measure, the samples of each design.
public struct Results: Codable, Equatable, Sendable {
    /// All samples of one design in one measure.
    public struct Series: Codable, Equatable, Sendable {
        public var measure: String
        public var design: String
        /// Of each sample.
        public var unit: String
        public var samples: Samples
    }

    /// In the order in which they first came.
    public private(set) var series: [Series] = []

    public init() {}

    public mutating func add(
        _ value: Double, _ unit: String, of design: String, in measure: String
    ) {
        if let index = index(of: design, in: measure) {
            series[index].samples.append(value)
        } else {
            series.append(
                Series(measure: measure, design: design, unit: unit, samples: Samples(value)))
        }
    }

    public subscript(measure: String, design: String) -> Samples? {
        index(of: design, in: measure).map { series[$0].samples }
    }

    /// The designs that a measure has samples of, in the order in which they first came.
    public func designs(in measure: String) -> [String] {
        series.filter { $0.measure == measure }.map(\.design)
    }

    /// What was measured, in the order in which it first came.
    public var measures: [String] {
        series.map(\.measure).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The unit of a measure's samples.
    public func unit(of measure: String) -> String {
        series.first { $0.measure == measure }?.unit ?? ""
    }

    private func index(of design: String, in measure: String) -> Int? {
        series.firstIndex { $0.measure == measure && $0.design == design }
    }
}
