/// A rate limit: a burst, and then a steady rate.
package struct TokenBucket: Sendable {
    private let capacity: Double
    private let perSecond: Double
    private var tokens: Double
    private var filledAt: Double

    /// A full one.
    ///
    /// - Parameters:
    ///   - capacity: How many may be taken at once.
    ///   - seconds: How long an empty one takes to be full again.
    ///   - now: Of any clock, in seconds.
    package init(capacity: Int, refilledIn seconds: Double, now: Double) {
        self.capacity = Double(capacity)
        perSecond = Double(capacity) / seconds
        tokens = Double(capacity)
        filledAt = now
    }

    /// Takes one.
    ///
    /// - Returns: `nil` when it was there; else after how many seconds one will be.
    package mutating func take(now: Double) -> Double? {
        fill(now: now)
        guard tokens >= 1 else { return (1 - tokens) / perSecond }
        tokens -= 1
        return nil
    }

    /// How many are there.
    package var left: Int { Int(tokens) }
    /// After how many seconds it is full again, by the last moment that it was asked at.
    package var secondsUntilFull: Double { (capacity - tokens) / perSecond }

    /// Whether it may be forgotten: a new one would be the same.
    package func isFull(now: Double) -> Bool {
        var copy = self
        copy.fill(now: now)
        return copy.tokens >= capacity
    }

    private mutating func fill(now: Double) {
        tokens = min(capacity, tokens + max(0, now - filledAt) * perSecond)
        filledAt = max(filledAt, now)
    }
}
