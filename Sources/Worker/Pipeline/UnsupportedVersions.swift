import Crypto
import Synchronization

/// Envelopes of a newer version, as a worker meets them in a rolling upgrade, and since when.
final class UnsupportedVersions: Sendable {
    /// How long a newer worker has to come for one.
    private let grace: Duration
    /// How long one is kept from the other workers before it goes back.
    var rest: Duration { min(.seconds(5), grace) }

    private let seen = Mutex<[SHA256Digest: ContinuousClock.Instant]>([:])
    /// More are not remembered: they wait for their turn.
    private static let most = 10_000

    private let clock: @Sendable () -> ContinuousClock.Instant

    init(grace: Duration, clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.grace = grace
        self.clock = clock
    }

    /// Whether nobody came for it for longer than the grace.
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
