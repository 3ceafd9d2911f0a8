import Glibc

/// The wall clock.
enum UnixClock {
    /// Seconds since 1970.
    static func seconds() -> Int64 { Int64(time(nil)) }
}
