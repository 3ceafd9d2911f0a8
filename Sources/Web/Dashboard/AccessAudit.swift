import Synchronization

/// Remembers which pages staff have open, so that one that renews itself is one look in the audit log, not one every ten
/// seconds. In memory: another process, or a restart, writes the look down once more.
final class AccessAudit: Sendable {
    private struct Look: Hashable {
        let session: [UInt8]
        let subject: String
    }

    private static let lasts = Duration.seconds(600)
    private static let mostKept = 10_000
    private let looks = Mutex<[Look: ContinuousClock.Instant]>([:])

    /// What a request is a look at, and whether it is a page's own renewal: `/campaigns/5/figures` is of `/campaigns/5`.
    static func subject(of path: String) -> (subject: String, isRenewal: Bool) {
        for ending in ["/figures", "/live"] where path.hasSuffix(ending) {
            return (String(path.dropLast(ending.count)), true)
        }
        return (path, false)
    }

    /// Whether that look is in the audit log already.
    func has(_ session: [UInt8], _ subject: String, now: ContinuousClock.Instant = .now) -> Bool {
        looks.withLock { looks in
            looks[Look(session: session, subject: subject)].map { now - $0 < Self.lasts } ?? false
        }
    }

    /// Notes that it is.
    func note(_ session: [UInt8], _ subject: String, now: ContinuousClock.Instant = .now) {
        looks.withLock { looks in
            if looks.count >= Self.mostKept { looks = looks.filter { now - $0.value < Self.lasts } }
            // Full all the same: what is forgotten is written down again.
            if looks.count >= Self.mostKept { looks = [:] }
            looks[Look(session: session, subject: subject)] = now
        }
    }
}
