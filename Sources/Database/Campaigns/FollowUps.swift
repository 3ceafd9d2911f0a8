import Core
import DatabaseClient

/// Why a follow-up is refused.
package struct FollowUpRefused: Error, Equatable, Sendable, CustomStringConvertible {
    package let campaign: CampaignID
    package let state: CampaignState
    /// The existing follow-up.
    package let existing: CampaignID?

    package init(campaign: CampaignID, state: CampaignState, existing: CampaignID? = nil) {
        self.campaign = campaign
        self.state = state
        self.existing = existing
    }

    package var description: String {
        if let existing {
            return "campaign \(existing) already mails them: a second follow-up would mail them twice. "
                + "`veredus campaign resend \(existing)` creates a follow-up of that one"
        }
        return "campaign \(campaign) is \(state.name); only a finished or cancelled campaign can have a follow-up. "
            + "`veredus campaign watch \(campaign)` shows its progress"
    }
}

extension AccountDatabase {
    /// Creates a draft for a campaign's recipients in a state: the same message and rules, with its own totals.
    ///
    /// The freeze decides who they are, and excludes opt-outs.
    ///
    /// - Returns: Its number.
    /// - Throws: ``FollowUpRefused``, ``TrackingRefused``; nothing has changed then.
    package func createFollowUp(
        of campaign: CampaignID,
        account: AccountID,
        state: DeliveryState,
        name: String
    ) async throws -> CampaignID {
        try await transaction(account: account) { connection in
            let made = try withinConsent {
                try connection.rows(.insertFollowUp, [.int32(campaign), .int16(state.rawValue), .text(name)]) {
                    try $0.int32(0)
                }
            }
            guard let id = made.first else {
                throw FollowUpRefused(
                    campaign: campaign,
                    state: try connection.state(of: campaign),
                    existing: try connection.rows(.followUpOf, [.int32(campaign), .int16(state.rawValue)]) {
                        try $0.int32(0)
                    }.first
                )
            }
            try connection.run(.copyVersion, [.int32(campaign), .int32(id)])
            let entry = AuditEntry("campaign.resend", "campaign \(id)", reason: "\(state.name) of campaign \(campaign)")
            try connection.write(entry, by: actor, account: account)
            return id
        }
    }
}

extension Statement {
    /// `$1` the followed campaign; `$2` state; `$3` name.
    static let insertFollowUp = Statement(
        "insert-follow-up",
        role: .admin,
        """
        INSERT INTO campaigns (account_id, list_id, name, kind, policy, tracking, lifetime, follows, follows_state)
        SELECT account_id, list_id, $3::text, kind, policy, tracking, lifetime, campaign_id, $2::smallint
        FROM campaigns c WHERE campaign_id = $1 AND state IN (\(CampaignState.ended.sql))
          AND NOT EXISTS (
              SELECT FROM campaigns f
              WHERE f.follows = c.campaign_id AND f.follows_state = $2::smallint
                AND f.state <> \(CampaignState.cancelled.sql))
        RETURNING campaign_id
        """
    )
    /// `$1` the followed campaign; `$2` state.
    static let followUpOf = Statement(
        "follow-up-of",
        role: .admin,
        """
        SELECT campaign_id FROM campaigns
        WHERE follows = $1 AND follows_state = $2 AND state <> \(CampaignState.cancelled.sql) LIMIT 1
        """
    )
    /// Copies the sent message as version 1; `$1` the followed campaign; `$2` the new one.
    static let copyVersion = Statement(
        "copy-version",
        role: .admin,
        """
        INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, plain, settings)
        SELECT $2::int, 1, v.account_id, v.subject, v.html, v.plain, v.settings
        FROM campaigns c JOIN campaign_versions v ON v.campaign_id = c.campaign_id
        WHERE c.campaign_id = $1
          AND v.version = COALESCE(c.version, (SELECT max(version) FROM campaign_versions WHERE campaign_id = $1))
        """
    )
}
