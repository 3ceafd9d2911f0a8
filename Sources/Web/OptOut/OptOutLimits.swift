import Core
import Hummingbird
import Synchronization

/// How often the opt-out pages do something for the same asker; in memory only, and forgotten with the process.
///
/// A message's own token always counts against that message alone: whoever posts many one-clicks for many people, as a mail
/// provider's proxies do, is never held up. Counted by address are only requests whose token is not ours.
final class OptOutLimits: Sendable {
    private let messages = Mutex(Allowance<DeliveryKey>(burst: 30, perSecond: 0.5))
    private let strangers = Mutex(Allowance<ClientAddress>(burst: 60, perSecond: 1))

    /// - Returns: `nil` to go on, else seconds to wait.
    func ask(for message: DeliveryKey, at now: ContinuousClock.Instant = .now) -> Int? {
        messages.withLock { $0.take(message, at: now) }
    }

    /// Counts a token that is not ours; seconds to wait when there were too many.
    func note(stranger: ClientAddress, at now: ContinuousClock.Instant = .now) -> Int? {
        strangers.withLock { $0.take(stranger, at: now) }
    }
}

/// A bucket for each key that fills by and by and is emptied by use.
struct Allowance<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var level: Double
        var at: ContinuousClock.Instant
    }

    /// More keys are not remembered at once: 100 bytes each.
    static var maximumKeys: Int { 20_000 }

    private let burst: Double
    private let perSecond: Double
    private var buckets: [Key: Bucket] = [:]

    init(burst: Double, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }

    /// How many keys are remembered.
    var count: Int { buckets.count }

    /// Takes one from a key's bucket.
    ///
    /// - Returns: `nil` when there was one, else the whole seconds until there is.
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

    /// Forgets who has its full allowance again; all of them when that makes no room.
    private mutating func forgetFull(at now: ContinuousClock.Instant) {
        buckets = buckets.filter { level(of: $0.value, at: now) < burst }
        if buckets.count >= Self.maximumKeys { buckets = [:] }
    }
}
