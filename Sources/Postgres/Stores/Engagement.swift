import Shared

/// What is known of opens and clicks; a machine's are counted apart.
package struct EngagementCounts: Sendable, Equatable {
    /// Pixels or links that were followed at least once by a person, as far as can be told.
    package var unique: Int64 = 0
    /// How often in all.
    package var total: Int64 = 0
    /// By machines: mail providers' proxies, scanners.
    package var machine: Int64 = 0

    package init() {}
}

/// Opens and clicks of a campaign.
package struct Engagement: Sendable {
    /// Of one hour, from its beginning in seconds since 1970.
    package struct Hour: Sendable {
        package let start: Double
        package let opens: EngagementCounts
        package let clicks: EngagementCounts
    }

    /// Of one link of the letter.
    package struct Link: Sendable {
        package let number: Int32
        package let url: String
        package let clicks: EngagementCounts
    }

    package let mode: TrackingMode
    package var opens = EngagementCounts()
    package var clicks = EngagementCounts()
    package var hours: [Hour] = []
    package var links: [Link] = []
    /// Whether the figures are too small to be told without telling of a person: show "fewer than …" (DESIGN §7).
    package var isBlurred = false

    package init(mode: TrackingMode) { self.mode = mode }
}

extension AccountDatabase {
    /// Opens and clicks of a campaign of that account.
    package func engagement(of campaign: CampaignID, account: AccountID) async throws -> Engagement {
        Engagement(mode: .aggregate)
    }
}
