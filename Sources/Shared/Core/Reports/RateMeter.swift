/// How fast a number grows, from looks at it one after another.
package struct RateMeter: Sendable {
    /// Over which the rate is measured, in seconds.
    private static let window = 10.0

    private var looks: [(at: Double, number: Int64)] = []

    package init() {}

    /// Notes a look; moments in seconds, none before the one noted last.
    package mutating func note(_ number: Int64, at moment: Double) {
        looks.append((moment, number))
        while looks.count > 2, moment - looks[0].at > Self.window { looks.removeFirst() }
    }

    /// The number of the last look; `nil` before the first.
    package var last: Int64? { looks.last?.number }

    /// Per second, lately; 0 until there were two looks, and while it shrinks.
    package var perSecond: Double {
        guard let first = looks.first, let last = looks.last, last.at > first.at else { return 0 }
        return max(0, Double(last.number - first.number) / (last.at - first.at))
    }
}
