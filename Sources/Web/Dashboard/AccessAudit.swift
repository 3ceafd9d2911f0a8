import Synchronization

/// Remembers which pages staff have open, so that a self-refreshing page is one entry in the audit log, not one every
/// ten seconds. In memory: another process, or a restart, writes another entry.
final class AccessAudit: Sendable {
    private struct Look: Hashable {
        let session: [UInt8]
        let subject: String
    }

    private static let lasts = Duration.seconds(600)
    private static let mostKept = 10_000
    private let looks = Mutex<[Look: ContinuousClock.Instant]>([:])

    /// The page a request views, and whether it is a refresh: `/campaigns/5/figures` belongs to `/campaigns/5`.
    static func subject(of path: String) -> (subject: String, isRenewal: Bool) {
        for ending in ["/figures", "/live"] where path.hasSuffix(ending) {
            return (String(path.dropLast(ending.count)), true)
        }
        return (path, false)
    }

    /// Whether the audit log already has the entry.
    func has(_ session: [UInt8], _ subject: String, now: ContinuousClock.Instant = .now) -> Bool {
        looks.withLock { looks in
            looks[Look(session: session, subject: subject)].map { now - $0 < Self.lasts } ?? false
        }
    }

    /// Records that it does.
    func note(_ session: [UInt8], _ subject: String, now: ContinuousClock.Instant = .now) {
        looks.withLock { looks in
            if looks.count >= Self.mostKept { looks = looks.filter { now - $0.value < Self.lasts } }
            // Still full: forgotten entries are written once more.
            if looks.count >= Self.mostKept { looks = [:] }
            looks[Look(session: session, subject: subject)] = now
        }
    }
}
