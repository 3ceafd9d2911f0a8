/// The waits between failed attempts: below a ceiling that doubles.
package struct Backoff: Sendable {
    private let first: Duration
    private let longest: Duration
    private var failures = 0

    package init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The wait after another failure.
    ///
    /// - Parameter fraction: Random, at least 0 and less than 1, so that many programs do not retry in step.
    /// - Returns: At least half the ceiling and less than all of it, for a fraction below 1.
    package mutating func next(fraction: Double) -> Duration {
        var ceiling = first
        for _ in 0..<failures where ceiling < longest { ceiling *= 2 }
        failures += 1
        return min(ceiling, longest) * (0.5 + fraction / 2)
    }

    /// The wait after another failure: the ceiling itself, for a program on its own.
    package mutating func next() -> Duration { next(fraction: 1) }

    /// Restarts with the first wait, after a success.
    package mutating func reset() { failures = 0 }
}
