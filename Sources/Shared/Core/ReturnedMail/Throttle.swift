/// How long an account publishes nothing to a lane that refuses it as a sender.
package struct Throttle: Sendable, Equatable {
    /// 0 for the first one; each that soon follows is one higher.
    package let level: Int16
    package let minutes: Double

    /// The facts about a lane of an account.
    package struct Facts: Sendable {
        /// Messages refused because of their sender within ten minutes, and since the last throttle.
        package let blocked: Int64
        /// Messages that ended in that time.
        package let ended: Int64
        /// The account's limit.
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
    /// A throttle that starts sooner after the last one lasts longer than that one.
    private static let soonMinutes = 60.0

    /// `nil` while the refusals are too few: below the limit, or less than a twentieth of the ended messages.
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
