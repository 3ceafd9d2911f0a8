import Crypto
import Synchronization

/// Job messages of a newer version seen by this worker during a rolling upgrade, with the time of first sight.
final class UnsupportedVersions: Sendable {
    /// How long they wait for a newer worker.
    private let grace: Duration
    /// How long one rests here before it returns to the queue.
    var rest: Duration { min(.seconds(5), grace) }

    private let seen = Mutex<[SHA256Digest: ContinuousClock.Instant]>([:])
    /// The maximum to track: others wait for their turn.
    private static let most = 10_000

    private let clock: @Sendable () -> ContinuousClock.Instant

    init(grace: Duration, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.grace = grace
        self.clock = clock
    }

    /// Whether it has waited longer than the grace period.
    func isOverdue(_ body: [UInt8]) -> Bool {
        let now = clock()
        let name = SHA256.hash(data: body)
        return seen.withLock { seen in
            guard let since = seen[name] else {
                if seen.count < Self.most { seen[name] = now }
                return false
            }
            guard now - since >= grace else { return false }
            seen[name] = nil
            return true
        }
    }
}
