/// Durations of many operations, counted in buckets with the upper bounds 1, 2, 5, 10 …
package struct LatencyHistogram: Sendable, Equatable {
    /// Upper bounds in milliseconds; anything longer counts in the last bucket.
    package static let boundsMilliseconds: [Int32] = [
        1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000,
    ]

    /// By upper bound.
    private let counts: [(bound: Int32, count: Int64)]

    package init(_ counts: [Int32: Int64]) {
        self.counts = counts.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.counts.elementsEqual(right.counts) { $0 == $1 }
    }

    /// The bucket of a duration, by its upper bound.
    package static func bucket(of duration: Duration) -> Int32 {
        let milliseconds = duration / .milliseconds(1)
        return boundsMilliseconds.first { milliseconds <= Double($0) }
            ?? boundsMilliseconds[boundsMilliseconds.count - 1]
    }

    package var total: Int64 { counts.reduce(0) { $0 + $1.count } }

    /// The bound below which that share of all durations lies.
    ///
    /// - Parameter share: More than 0, at most 1.
    /// - Returns: `nil` when nothing was measured.
    package func quantile(_ share: Double) -> Int32? {
        let needed = Int64((Double(total) * share).rounded(.up))
        var seen: Int64 = 0
        for (bound, count) in counts {
            seen += count
            if seen >= max(1, needed) { return bound }
        }
        return nil
    }

    /// The bound of the longest one.
    package var worst: Int32? { counts.last?.bound }
}
