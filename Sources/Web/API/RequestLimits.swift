import Core
import Synchronization

/// Rate limits per key, and per address for invalid keys.
///
/// In this process's memory: behind a load balancer each process counts separately.
final class RequestLimits: Sendable {
    /// A key's remaining quota, for header fields.
    struct Left: Sendable {
        let perMinute: Int
        let left: Int
        let secondsUntilFull: Int
    }

    /// Invalid keys from one address in a minute.
    private static let failuresPerMinute = 30
    private static let mostBuckets = 10_000

    private let perMinute: Int
    private let start = ContinuousClock.now
    private let keys = Mutex<[Int32: TokenBucket]>([:])
    private let failures = Mutex<[ClientAddress: TokenBucket]>([:])

    init(perMinute: Int) { self.perMinute = perMinute }

    /// - Throws: ``APIProblem`` when the key exceeds its limit.
    func count(key: Int32) throws(APIProblem) -> Left {
        let (wait, bucket) = Self.take(key, from: keys, capacity: perMinute, now: now)
        guard let wait else {
            return Left(
                perMinute: perMinute,
                left: bucket.left,
                secondsUntilFull: Int(bucket.secondsUntilFull.rounded(.up))
            )
        }
        throw .tooManyRequests(retryAfterSeconds: wait)
    }

    /// - Throws: ``APIProblem`` when an address sent too many invalid keys.
    func countFailure(of client: ClientAddress) throws(APIProblem) {
        let (wait, _) = Self.take(client, from: failures, capacity: Self.failuresPerMinute, now: now)
        if let wait { throw .tooManyRequests(retryAfterSeconds: wait) }
    }

    private var now: Double { (ContinuousClock.now - start) / .seconds(1) }

    private static func take<Key: Hashable & Sendable>(
        _ key: Key,
        from buckets: borrowing Mutex<[Key: TokenBucket]>,
        capacity: Int,
        now: Double
    ) -> (wait: Double?, bucket: TokenBucket) {
        buckets.withLock { buckets in
            if buckets.count >= mostBuckets { buckets = buckets.filter { !$0.value.isFull(now: now) } }
            // Still too many: a flood of that size clears all counts, so memory stays bounded.
            if buckets.count >= mostBuckets { buckets.removeAll() }
            var bucket = buckets[key] ?? TokenBucket(capacity: capacity, refilledIn: 60, now: now)
            let wait = bucket.take(now: now)
            buckets[key] = bucket
            return (wait, bucket)
        }
    }
}
