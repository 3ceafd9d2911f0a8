/// When a deferred delivery is retried.
package struct RetrySchedule: Sendable, Equatable {
    /// The ceiling of the first wait, in seconds; it doubles with every attempt.
    package let firstSeconds: Double
    /// No ceiling is above this, in seconds.
    package let longestSeconds: Double
    /// The maximum number of attempts, after which the recipient is given up.
    package let attempts: Int

    package init(firstSeconds: Double = 60, longestSeconds: Double = 4 * 3600, attempts: Int = 12) {
        self.firstSeconds = firstSeconds
        self.longestSeconds = longestSeconds
        self.attempts = attempts
    }

    /// The wait before the next attempt, in seconds: random, between half of a ceiling that doubles and all of it.
    ///
    /// - Parameters:
    ///   - attempt: Attempts made so far, from 1.
    ///   - fraction: Random, at least 0 and less than 1.
    /// - Returns: `nil` after the last attempt.
    /// - Note: RFC 5321 §4.5.4.1 asks for 4 to 5 days; docs/decisions/0003 says why a campaign stops sooner.
    package func delaySeconds(afterAttempt attempt: Int, fraction: Double) -> Double? {
        guard attempt < attempts else { return nil }
        var ceiling = firstSeconds
        for _ in 1..<max(attempt, 1) where ceiling < longestSeconds { ceiling *= 2 }
        return min(ceiling, longestSeconds) * (0.5 + fraction / 2)
    }
}
