/// How long a campaign tries after its start, until unsent messages expire; `campaigns.lifetime`.
package struct CampaignLifetime: Sendable, Equatable {
    /// 60 days at most.
    package static let minutes = 1...86_400
    /// As PostgreSQL reads it: `3 days`.
    package let interval: String

    package static let standard = CampaignLifetime(interval: "3 days")

    private init(interval: String) { self.interval = interval }

    /// - Returns: `nil` outside of ``minutes``.
    package init?(minutes: Int) {
        guard Self.minutes.contains(minutes) else { return nil }
        interval = "\(minutes) minutes"
    }

    /// Reads a number and minutes, hours, days or weeks: `36 hours`.
    package init?(_ text: String) {
        let parts = text.split(separator: " ")
        let units = ["minute": 1, "hour": 60, "day": 1_440, "week": 10_080]
        let unit = parts.last.map { $0.hasSuffix("s") ? String($0.dropLast()) : String($0) } ?? ""
        guard parts.count == 2, let number = Int(parts[0]), let minutes = units[unit], number > 0,
            number <= Self.minutes.upperBound / minutes
        else { return nil }
        interval = "\(number) \(unit)s"
    }
}
