import Core

/// How long a route that cannot be connected to is left alone: 1 s, doubled up to 30 s.
///
/// While it has failed last, one connection at a time goes to see.
struct RouteRest {
    private(set) var failures = 0
    private(set) var until: MonotonicNanoseconds = 0
    /// The reason, for the messages that waited.
    private(set) var reason: SMTPRouteError?

    func isResting(at now: MonotonicNanoseconds) -> Bool { now < until }
    var isProbing: Bool { failures > 0 }

    /// Failures of simultaneous connections count as one.
    mutating func failed(_ error: SMTPRouteError?, at now: MonotonicNanoseconds) {
        reason = error ?? reason
        guard !isResting(at: now) else { return }
        until = now &+ min(30, 1 << min(failures, 5)) * 1_000_000_000
        failures += 1
    }

    mutating func succeeded() { failures = 0 }
}
