import Synchronization

/// Limits on sign-in attempts, by login and by client address.
///
/// Counted in this process's memory, at most ten thousand of each: each process counts separately, and a restart
/// forgets. A flood of new addresses evicts the oldest. A user who has signed in from an address is not locked out
/// there by attempts from elsewhere.
final class SignInLimits: Sendable {
    struct Rules: Sendable {
        /// Of one client for one login: an attacker who knows a login does not lock out its owner.
        var perLogin = 10
        /// Of all clients together for one login: against guessing from many places.
        var perLoginInAll = 200
        var perClient = 30
        var window = Duration.seconds(900)
        /// How long a client is remembered after a sign-in.
        var known = Duration.seconds(30 * 86_400)
    }

    private struct Count {
        var since: ContinuousClock.Instant
        var number = 0
    }

    private struct Pair: Hashable {
        let login: String
        let client: ClientAddress
    }

    private struct Counts {
        var pairs: [Pair: Count] = [:]
        var logins: [String: Count] = [:]
        var clients: [ClientAddress: Count] = [:]
        /// The time of each user's sign-ins, by address.
        var known: [Pair: Count] = [:]
    }

    private static let mostKept = 10_000
    private let rules: Rules
    private let counts = Mutex(Counts())

    init(_ rules: Rules = Rules()) { self.rules = rules }

    /// Counts an attempt before its password is checked, so that concurrent ones count.
    ///
    /// - Returns: Whether it may proceed. Unknown logins are counted like all others.
    func take(_ login: String, from client: ClientAddress, now: ContinuousClock.Instant = .now) -> Bool {
        counts.withLock { counts in
            let byClient = Self.raise(client, in: &counts.clients, now, rules.window)
            guard byClient <= rules.perClient else { return false }
            let login = String(login.prefix(200))
            let pair = Pair(login: login, client: client)
            guard Self.raise(pair, in: &counts.pairs, now, rules.window) <= rules.perLogin else { return false }
            let inAll = Self.raise(login, in: &counts.logins, now, rules.window)
            return inAll <= rules.perLoginInAll || counts.known[pair].map { now - $0.since < rules.known } ?? false
        }
    }

    /// Reverts the count: the password was right.
    func forget(_ login: String, from client: ClientAddress, now: ContinuousClock.Instant = .now) {
        counts.withLock { counts in
            let login = String(login.prefix(200))
            let pair = Pair(login: login, client: client)
            counts.pairs[pair] = nil
            counts.known[pair] = nil
            _ = Self.raise(pair, in: &counts.known, now, rules.known)
            counts.logins[login] = nil
            counts.clients[client]?.number -= 1
        }
    }

    private static func raise<Key: Hashable>(
        _ key: Key,
        in counts: inout [Key: Count],
        _ now: ContinuousClock.Instant,
        _ window: Duration
    ) -> Int {
        if counts[key].map({ now - $0.since >= window }) ?? true {
            if counts.count >= mostKept, counts[key] == nil { makeRoom(in: &counts, now, window) }
            counts[key] = Count(since: now)
        }
        counts[key]?.number += 1
        return counts[key]?.number ?? 1
    }

    private static func makeRoom<Key: Hashable>(
        in counts: inout [Key: Count],
        _ now: ContinuousClock.Instant,
        _ window: Duration
    ) {
        counts = counts.filter { now - $0.value.since < window }
        guard counts.count >= mostKept, let oldest = counts.min(by: { $0.value.since < $1.value.since }) else { return }
        counts[oldest.key] = nil
    }
}
