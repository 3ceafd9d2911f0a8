import Core
import Hummingbird
import Synchronization

/// Rate limits of the opt-out pages; only in this process's memory.
///
/// A valid token counts only against its own message: a mail provider's proxies, which post one-clicks for many people,
/// are never limited. Only requests with an invalid token are counted by address.
final class OptOutLimits: Sendable {
    private let messages = Mutex(Allowance<DeliveryKey>(burst: 30, perSecond: 0.5))
    private let strangers = Mutex(Allowance<ClientAddress>(burst: 60, perSecond: 1))

    /// - Returns: `nil` to proceed, or the seconds to wait.
    func ask(for message: DeliveryKey, at now: ContinuousClock.Instant = .now) -> Int? {
        messages.withLock { $0.take(message, at: now) }
    }

    /// Counts an invalid token; returns the seconds to wait when there were too many.
    func note(stranger: ClientAddress, at now: ContinuousClock.Instant = .now) -> Int? {
        strangers.withLock { $0.take(stranger, at: now) }
    }
}

/// A token bucket per key.
struct Allowance<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var level: Double
        var at: ContinuousClock.Instant
    }

    /// The maximum number of keys: 100 bytes each.
    static var maximumKeys: Int { 20_000 }

    private let burst: Double
    private let perSecond: Double
    private var buckets: [Key: Bucket] = [:]

    init(burst: Double, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }

    /// The number of keys remembered.
    var count: Int { buckets.count }

    /// Takes one token from a key's bucket.
    ///
    /// - Returns: `nil` on success, or the whole seconds until there is one.
    mutating func take(_ key: Key, at now: ContinuousClock.Instant) -> Int? {
        if buckets.count >= Self.maximumKeys, buckets[key] == nil { forgetFull(at: now) }
        var bucket = buckets[key] ?? Bucket(level: burst, at: now)
        bucket.level = level(of: bucket, at: now)
        bucket.at = now
        defer { buckets[key] = bucket }
        guard bucket.level >= 1 else { return max(1, Int(((1 - bucket.level) / perSecond).rounded(.up))) }
        bucket.level -= 1
        return nil
    }

    private func level(of bucket: Bucket, at now: ContinuousClock.Instant) -> Double {
        min(burst, bucket.level + (now - bucket.at) / .seconds(1) * perSecond)
    }

    /// Forgets keys with a full bucket; all keys if that makes no room.
    private mutating func forgetFull(at now: ContinuousClock.Instant) {
        buckets = buckets.filter { level(of: $0.value, at: now) < burst }
        if buckets.count >= Self.maximumKeys { buckets = [:] }
    }
}
