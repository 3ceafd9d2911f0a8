import RuntimeSupport

/// When to try the server again: after 0.1 s, then twice as long each time up to 10 s, of which the upper half is random.
struct ReconnectPace: Sendable {
    private(set) var notBefore: ContinuousClock.Instant?
    private var backoff = Backoff(first: .milliseconds(100), longest: .seconds(10))
    private var lastFailure: ContinuousClock.Instant?

    mutating func succeeded() { self = ReconnectPace() }

    /// Records a failed attempt; of several at the same time only the first counts.
    mutating func failed(attemptAt start: ContinuousClock.Instant, now: ContinuousClock.Instant, fraction: Double) {
        if let lastFailure, start <= lastFailure { return }
        lastFailure = now
        notBefore = now + backoff.next(fraction: fraction)
    }
}
