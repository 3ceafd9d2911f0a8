import Glibc

/// The clock that leases and timeouts go by.
package enum MonotonicClock {
    /// Nanoseconds since the machine started, time asleep included: clock_gettime(2), CLOCK_BOOTTIME.
    package static func now() -> UInt64 {
        var moment = timespec()
        clock_gettime(CLOCK_BOOTTIME, &moment)
        return UInt64(moment.tv_sec) * 1_000_000_000 + UInt64(moment.tv_nsec)
    }
}
