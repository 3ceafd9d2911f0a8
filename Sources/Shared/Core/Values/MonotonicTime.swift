import Synchronization

/// A monotonic moment in nanoseconds: an uptime clock, never the wall clock.
package typealias MonotonicNanoseconds = UInt64

/// Until when this worker may send a final dot: the lease of its worker run, on its own monotonic clock.
///
/// The lease's owner extends it after each renewal that the database has confirmed; the transport checks before each
/// final dot. Zero before the first renewal: nothing may be sent.
package final class LeaseFence: Sendable {
    private let until = Atomic<MonotonicNanoseconds>(0)

    package init() {}

    /// Allows dots until `deadline`.
    package func extend(until deadline: MonotonicNanoseconds) { until.store(deadline, ordering: .releasing) }

    /// Whether a final dot may be sent at `now`.
    package func allows(_ now: MonotonicNanoseconds) -> Bool { now < until.load(ordering: .acquiring) }
}

extension Duration {
    /// In nanoseconds, at least 0; about 584 years at most.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product &+ UInt64(attoseconds / 1_000_000_000)
    }
}
