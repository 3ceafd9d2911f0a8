/// The waits between attempts to connect: random, below a ceiling that doubles.
struct Backoff {
    let first: Duration
    let longest: Duration
    private var failures = 0

    init(first: Duration, longest: Duration) {
        self.first = first
        self.longest = longest
    }

    /// The wait after one more failure.
    ///
    /// - Parameter fraction: Random, at least 0 and less than 1, so that a fleet does not come back in step.
    /// - Returns: At least half the ceiling and less than all of it.
    mutating func next(fraction: Double) -> Duration {
        var ceiling = first
        for _ in 0..<failures where ceiling < longest { ceiling *= 2 }
        failures += 1
        return min(ceiling, longest) * (0.5 + fraction / 2)
    }

    /// Begins anew after a success.
    mutating func reset() { failures = 0 }
}
