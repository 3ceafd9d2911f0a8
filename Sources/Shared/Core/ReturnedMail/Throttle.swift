/// For how long nothing of an account is published into a lane that refuses it for who sends.
package struct Throttle: Sendable, Equatable {
    /// 0 for the first one; each that follows soon is one higher.
    package let level: Int16
    package let minutes: Double

    /// What is known of a lane, in its account.
    package struct Facts: Sendable {
        /// Messages that were refused for their sender within ten minutes, and since the last throttle.
        package let blocked: Int64
        /// What has ended in that time.
        package let ended: Int64
        /// How many are too many; the account's own.
        package let limit: Int32
        /// The last throttle, and how long ago it ended.
        package let last: (level: Int16, minutesAgo: Double)?

        package init(blocked: Int64, ended: Int64, limit: Int32, last: (level: Int16, minutesAgo: Double)?) {
            self.blocked = blocked
            self.ended = ended
            self.limit = limit
            self.last = last
        }
    }

    private static let firstMinutes = 10.0
    private static let longestMinutes = 240.0
    /// A throttle that comes sooner after the last one is longer than it.
    private static let soonMinutes = 60.0

    /// `nil` while the refusals are too few: fewer than the limit, or less than a twentieth of what has ended.
    package init?(_ facts: Facts) {
        guard facts.blocked > 0, facts.blocked >= Int64(facts.limit), facts.blocked * 20 >= facts.ended else {
            return nil
        }
        guard let last = facts.last, last.minutesAgo < Self.soonMinutes else {
            (level, minutes) = (0, Self.firstMinutes)
            return
        }
        level = last.level + 1
        var doubled = Self.firstMinutes
        for _ in 0..<level where doubled < Self.longestMinutes { doubled *= 2 }
        minutes = min(doubled, Self.longestMinutes)
    }
}
