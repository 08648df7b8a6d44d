import ExampleSupport
import Foundation

/// A plot of measured figures: horizontal bars on a logarithmic scale, a group for each measure,
/// and a thin line from the smallest to the largest sample.
public struct BarChart {
    public struct Bar {
        public var label: String
        public var median: Double
        public var minimum: Double
        public var maximum: Double

        public init(_ label: String, _ samples: Samples) {
            self.label = label
            (median, minimum, maximum) = (samples.median, samples.minimum, samples.maximum)
        }
    }

    public struct Group {
        public var label: String
        public var bars: [Bar]

        public init(_ label: String, _ bars: [Bar]) {
            self.label = label
            self.bars = bars
        }
    }

    public var title: String
    public var unit: String
    public var groups: [Group]

    public init(_ title: String, unit: String, groups: [Group]) {
        self.title = title
        self.unit = unit
        self.groups = groups
    }

    private static let width = 720.0
    /// Where the bars begin, and where the longest ends; the figures stand behind it.
    private static let bars = 230.0...620.0
    private static let lineHeight = 20.0

    /// The powers of ten around all positive figures.
    private var decades: ClosedRange<Double> {
        let figures = groups.flatMap(\.bars).flatMap { [$0.minimum, $0.maximum] }.filter { $0 > 0 }
        let low = floor(log10(figures.min() ?? 1))
        return low...max(low + 1, ceil(log10(figures.max() ?? 1)))
    }

    private func place(of figure: Double) -> Double {
        let (low, high) = (decades.lowerBound, decades.upperBound)
        let share = figure > 0 ? (log10(figure) - low) / (high - low) : 0
        return Self.bars.lowerBound + share * (Self.bars.upperBound - Self.bars.lowerBound)
    }

    /// The plot as an SVG document of its own, for light and for dark pages.
    public var svg: String {
        let lines = groups.reduce(0) { $0 + $1.bars.count + 2 }
        let height = 60 + Double(lines) * Self.lineHeight
        var y = 56.0
        var body: [String] = []
        for group in groups {
            body.append(text(group.label, x: 16, y: y, style: "group"))
            y += Self.lineHeight
            for bar in group.bars {
                body += drawing(of: bar, at: y)
                y += Self.lineHeight
            }
            y += Self.lineHeight
        }
        let viewBox = "0 0 \(number(Self.width)) \(number(height))"
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="\(viewBox)" role="img">
              <title>\(escaped(title))</title>
              <desc>\(escaped(description))</desc>
              \(Self.style)
              \(text("\(title), in \(unit)", x: 16, y: 24))
              \((scale(to: y - Self.lineHeight) + body).joined(separator: "\n  "))
            </svg>

            """
    }

    /// The figures in words, for those who cannot see them.
    var description: String {
        groups.map { group in
            let bars = group.bars.map { "\($0.label) \(significant($0.median))" }
            return "\(group.label): \(bars.joined(separator: ", "))."
        }.joined(separator: " ")
    }

    private func scale(to bottom: Double) -> [String] {
        stride(from: decades.lowerBound, through: decades.upperBound, by: 1).flatMap { decade in
            let x = place(of: pow(10, decade))
            return [
                "<path class=\"scale\" d=\"M\(number(x)) 44 V\(number(bottom))\"/>",
                text(
                    significant(pow(10, decade)), x: x, y: 40, style: "small", anchor: "middle"),
            ]
        }
    }

    private func drawing(of bar: Bar, at y: Double) -> [String] {
        let (start, end) = (Self.bars.lowerBound, place(of: bar.median))
        let middle = number(y - 4)
        return [
            text(bar.label, x: start - 8, y: y, anchor: "end"),
            "<rect class=\"bar\" x=\"\(number(start))\" y=\"\(number(y - 11))\" "
                + "width=\"\(number(max(1, end - start)))\" height=\"14\"/>",
            "<path class=\"spread\" d=\"M\(number(place(of: bar.minimum))) \(middle) "
                + "H\(number(place(of: bar.maximum)))\"/>",
            text(
                significant(bar.median), x: max(end, place(of: bar.maximum)) + 6, y: y,
                style: "small"),
        ]
    }

    private func text(
        _ text: String, x: Double, y: Double, style: String? = nil, anchor: String? = nil
    ) -> String {
        let style = style.map { " class=\"\($0)\"" } ?? ""
        let anchor = anchor.map { " text-anchor=\"\($0)\"" } ?? ""
        let place = "x=\"\(number(x))\" y=\"\(number(y))\""
        return "<text\(style) \(place)\(anchor)>\(escaped(text))</text>"
    }

    private func number(_ value: Double) -> String { String(format: "%.1f", value) }

    private func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
            .replacing(">", with: "&gt;")
    }

    private static let style = """
        <style>
            text { font: 14px system-ui, sans-serif; fill: #1b1f24; }
            .small { font-size: 12px; fill: #4a5560; }
            .group { font-weight: 600; }
            .bar { fill: #b9dfc9; stroke: #2f6b4b; }
            .scale { stroke: #dfe3e7; fill: none; }
            .spread { stroke: #1b1f24; stroke-width: 1.5; fill: none; }
            @media (prefers-color-scheme: dark) {
              text { fill: #e6e9ec; }
              .small { fill: #aeb8c2; }
              .bar { fill: #1f5238; stroke: #7cc59c; }
              .scale { stroke: #39424b; }
              .spread { stroke: #e6e9ec; }
            }
          </style>
        """
}

/// A figure to three digits: `0.61`, `8.32`, `264`, `15400`.
public func significant(_ value: Double) -> String {
    if value == 0 { return "0" }
    let digits = max(0, 2 - Int(floor(log10(abs(value)))))
    let text = String(format: "%.\(min(digits, 4))f", value)
    guard text.contains(".") else { return text }
    return String(text.reversed().drop { $0 == "0" }.drop { $0 == "." }.reversed())
}
