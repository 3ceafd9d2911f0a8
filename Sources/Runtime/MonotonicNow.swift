import Glibc

/// Nanoseconds since boot, including suspend: the one clock for leases, deadlines and timeouts.
///
/// CLOCK_BOOTTIME and not CLOCK_MONOTONIC: a lease in the database continues while a virtual machine is suspended, and
/// so must the fence before the final dot. Swift's `ContinuousClock` reads the same clock on Linux, and its
/// `SuspendingClock` the other one.
package func monotonicNow() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}
