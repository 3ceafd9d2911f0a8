/// A chart as SVG: only the plot, stretched to the available width; labels are HTML, readable on a phone.
///
/// Pure: numbers in, text out. Colours come from the style sheet by class, so dark mode has its own.
struct Chart: Sendable {
    /// One series of values.
    struct Series: Sendable {
        let name: String
        /// Of the style sheet: `accepted` is coloured by `.s-accepted` and `.f-accepted`.
        let key: String
        let values: [Double]
    }

    enum Kind: Sendable {
        /// Lines, the first one filled: for growing totals.
        case lines
        /// One bar per hour, the series stacked: for events per hour.
        case stackedBars
    }

    let title: String
    let kind: Kind
    /// Seconds since 1970, ascending; one per value of each series.
    let moments: [Double]
    let series: [Series]

    static let width = 1_000.0
    static let height = 240.0

    /// The top of the scale: 1, 2 or 5 times a power of ten, at least 1, and nothing is higher.
    var top: Double {
        let highest: Double =
            switch kind {
            case .lines: series.flatMap(\.values).max() ?? 0
            case .stackedBars: moments.indices.map { index in series.reduce(0) { $0 + $1.values[index] } }.max() ?? 0
            }
        var power = 1.0
        while power * 10 < highest { power *= 10 }
        return [1, 2, 5, 10].map { $0 * power }.first { $0 >= highest } ?? max(1, highest)
    }

    /// The labels of the scale, from the top down.
    var ticks: [String] { [top, top / 2, 0].map { Self.tick($0) } }

    /// The labels below: the first moment, the middle, the last.
    var labels: [Double] {
        guard let first = moments.first, let last = moments.last else { return [] }
        return [first, (first + last) / 2, last]
    }

    var svg: String {
        let grid = [0.0, 0.5, 1].map { share in
            let y = SVG.number(share * Self.height)
            return "<path class=\"grid\" d=\"M0 \(y)H1000\"/>"
        }
        let plot = kind == .lines ? lines : bars
        return "<svg class=\"plot\" viewBox=\"0 0 1000 240\" preserveAspectRatio=\"none\" role=\"img\" "
            + "aria-label=\"\(String(decoding: Self.escaped(title), as: UTF8.self)); the table below has the numbers\">"
            + "\(grid.joined())\(plot)</svg>"
    }

    // MARK: Plots

    private func x(_ moment: Double) -> Double {
        guard let first = moments.first, let last = moments.last, last > first else { return 0 }
        return (moment - first) / (last - first) * Self.width
    }

    private func y(_ value: Double) -> Double { Self.height - value / top * Self.height }

    private var lines: String {
        series.enumerated().map { number, series in
            let points = zip(moments, series.values).map { "\(SVG.number(x($0))) \(SVG.number(y($1)))" }
            guard points.count > 1 else { return "" }
            let line = "<path class=\"line s-\(series.key)\" d=\"M\(points.joined(separator: "L"))\"/>"
            guard number == 0 else { return line }
            return "<path class=\"area f-\(series.key)\" d=\"M0 240L\(points.joined(separator: "L"))L1000 240Z\"/>"
                + line
        }.joined()
    }

    private var bars: String {
        let slot = Self.width / Double(max(1, moments.count))
        var result = ""
        for index in moments.indices {
            var below = 0.0
            for series in series where series.values[index] > 0 {
                let value = series.values[index]
                let top = y(below + value)
                result +=
                    "<rect class=\"f-\(series.key)\" x=\"\(SVG.number(Double(index) * slot + slot * 0.1))\" "
                    + "y=\"\(SVG.number(top))\" width=\"\(SVG.number(slot * 0.8))\" "
                    + "height=\"\(SVG.number(y(below) - top))\"/>"
                below += value
            }
        }
        return result
    }

    /// `2k`, `1.5M`.
    static func tick(_ value: Double) -> String {
        for (size, message) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where value >= size {
            return SVG.number((value / size * 10).rounded() / 10) + message
        }
        return SVG.number(value)
    }

    private static func escaped(_ text: String) -> [UInt8] {
        text.utf8.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "&"): Array("&amp;".utf8)
            case UInt8(ascii: "<"): Array("&lt;".utf8)
            case UInt8(ascii: "\""): Array("&quot;".utf8)
            default: [byte]
            }
        }
    }
}
