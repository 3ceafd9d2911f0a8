import Core
import Testing

@Suite struct LatencyHistogramTests {
    static let buckets: [(duration: Duration, bound: Int32, because: Comment)] = [
        (.zero, 1, "the first"),
        (.milliseconds(1), 1, "a bound belongs to its bucket"),
        (.microseconds(1_001), 2, "just above"),
        (.milliseconds(49), 50, "in the middle"),
        (.seconds(100), 100_000, "the last bound"),
        (.seconds(3_600), 100_000, "beyond the last counts in it"),
    ]

    @Test(arguments: buckets)
    func `a duration falls into the bucket above it`(row: (duration: Duration, bound: Int32, because: Comment)) {
        #expect(LatencyHistogram.bucket(of: row.duration) == row.bound, row.because)
    }

    @Test func `half and 99 of 100 lie below their quantiles`() {
        let latencies = LatencyHistogram([5: 50, 10: 48, 100: 1, 2_000: 1])
        #expect(latencies.total == 100)
        #expect(latencies.quantile(0.5) == 5)
        #expect(latencies.quantile(0.51) == 10)
        #expect(latencies.quantile(0.99) == 100)
        #expect(latencies.quantile(1) == 2_000)
        #expect(latencies.worst == 2_000)
        #expect(LatencyHistogram([:]).quantile(0.5) == nil)
    }
}
