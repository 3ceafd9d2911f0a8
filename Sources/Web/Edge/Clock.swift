import Glibc

/// Seconds since 1970 by this machine's clock; never for leases or due times.
func currentSeconds() -> Double { Double(time(nil)) }
