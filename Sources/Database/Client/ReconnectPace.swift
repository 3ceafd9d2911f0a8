/// When to try the server again: after 0.1 s, then twice as long each time up to 10 s, of which the upper half is random.
struct ReconnectPace: Sendable {
    static let shortest = Duration.milliseconds(100)
    static let longest = Duration.seconds(10)

    private(set) var notBefore: ContinuousClock.Instant?
    private var failures = 0
    private var lastFailure: ContinuousClock.Instant?

    mutating func succeeded() { self = ReconnectPace() }

    /// Notes a failed attempt; of several at the same time only the first counts.
    mutating func failed(attemptAt start: ContinuousClock.Instant, now: ContinuousClock.Instant, fraction: Double) {
        if let lastFailure, start <= lastFailure { return }
        lastFailure = now
        let ceiling = min(Self.shortest * (1 << min(failures, 10)), Self.longest)
        failures += 1
        notBefore = now + ceiling * (0.5 + fraction / 2)
    }
}
