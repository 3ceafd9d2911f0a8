/// An account's limits for complaints.
package struct ComplaintRule: Sendable, Equatable {
    /// Of a million accepted messages.
    package let warnMillionths: Int
    package let pauseMillionths: Int
    /// The minimum number of complaints for a pause, whatever the rate.
    package let least: Int

    package init(warnMillionths: Int, pauseMillionths: Int, least: Int) {
        self.warnMillionths = warnMillionths
        self.pauseMillionths = pauseMillionths
        self.least = least
    }
}

/// Complaints against accepted messages, of a campaign or of an account's last 30 days.
package struct ComplaintRate: Sendable, Equatable {
    package enum Verdict: String, WireNamed {
        case fine = "fine"
        case warn = "warn"
        case pause = "pause"
    }

    package let complaints: Int
    package let accepted: Int

    package init(complaints: Int, accepted: Int) {
        self.complaints = complaints
        self.accepted = accepted
    }

    /// 0 without accepted messages and complaints; 100 if there are more complaints than messages.
    package var percent: Double {
        guard complaints > 0 else { return 0 }
        return min(100, 100 * Double(complaints) / Double(max(1, accepted)))
    }

    /// `pause` is what the producer pauses marketing at (`complained-campaigns`).
    package func verdict(_ rule: ComplaintRule) -> Verdict {
        func reaches(_ millionths: Int) -> Bool { complaints > 0 && complaints * 1_000_000 >= millionths * accepted }
        if complaints >= rule.least, reaches(rule.pauseMillionths) { return .pause }
        return reaches(rule.warnMillionths) ? .warn : .fine
    }
}
