/// How fast a number grows, from successive samples.
package struct RateMeter: Sendable {
    /// The period over which the rate is measured, in seconds.
    private static let window = 10.0

    private var looks: [(at: Double, number: Int64)] = []

    package init() {}

    /// Adds a sample; its time in seconds is not before that of the last one.
    package mutating func note(_ number: Int64, at moment: Double) {
        looks.append((moment, number))
        while looks.count > 2, moment - looks[0].at > Self.window { looks.removeFirst() }
    }

    /// The latest sample; `nil` before the first.
    package var last: Int64? { looks.last?.number }

    /// The recent rate per second; 0 before the second sample, and while the number shrinks.
    package var perSecond: Double {
        guard let first = looks.first, let last = looks.last, last.at > first.at else { return 0 }
        return max(0, Double(last.number - first.number) / (last.at - first.at))
    }
}
