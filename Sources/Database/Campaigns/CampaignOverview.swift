import Core
import DatabaseClient

/// A campaign's data outside of its report.
package struct CampaignTraits: Sendable {
    package let campaign: CampaignID
    package let kind: CampaignKind
    package let policy: DeliveryPolicy
    package let tracking: TrackingMode
    package let list: Int32
    package let lifetimeMinutes: Int
    /// Of its message: the frozen one, or the newest.
    package let version: Int32
}

/// A campaign with its report.
package struct CampaignOverview: Sendable {
    package let report: CampaignReport
    package let traits: CampaignTraits
}

extension AccountDatabase {
    /// The account's campaigns before a number, newest first; in one state, or in any.
    package func campaigns(
        of account: AccountID,
        before campaign: CampaignID,
        state: CampaignState?,
        limit: Int32
    ) async throws -> [CampaignOverview] {
        try await transaction(account: account, hasOneSnapshot: true) { connection in
            let values: [PostgresValue] = [
                .int32(account), .int32(campaign), state.map { .int16($0.rawValue) } ?? .null, .int32(limit),
            ]
            return try connection.overviews(try connection.reports(.campaignPage, values))
        }
    }

    package func campaign(_ id: CampaignID, account: AccountID) async throws -> CampaignOverview? {
        try await transaction(account: account, hasOneSnapshot: true) { try $0.campaign(id) }
    }

    /// The links of a campaign's frozen message, by number; empty before it is frozen.
    package func links(of campaign: CampaignID, account: AccountID) async throws -> [(number: Int32, url: String)] {
        try await transaction(account: account) { connection in
            try connection.rows(.linksOfCampaign, [.int32(campaign)]) { (number: try $0.int32(0), url: try $0.text(1)) }
        }
    }
}

extension PostgresConnection {
    /// A campaign of the account that the transaction sees.
    package func campaign(_ id: CampaignID) throws -> CampaignOverview? {
        try overviews(try reports(.reportOnCampaign, [.int32(id)])).first
    }

    fileprivate func overviews(_ reports: [CampaignReport]) throws -> [CampaignOverview] {
        let traits = try rows(.campaignTraits, [.int32s(reports.map(\.campaign))], CampaignTraits.init)
        let byCampaign = Dictionary(traits.map { ($0.campaign, $0) }) { first, _ in first }
        return reports.compactMap { report in
            byCampaign[report.campaign].map { CampaignOverview(report: report, traits: $0) }
        }
    }
}

extension CampaignTraits {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            campaign: try row.int32(0),
            kind: CampaignKind(rawValue: try row.int16(1)) ?? .marketing,
            policy: DeliveryPolicy(rawValue: try row.int16(2)) ?? .atMostOnce,
            tracking: TrackingMode(rawValue: try row.int16(3)) ?? .aggregate,
            list: try row.int32(4),
            lifetimeMinutes: Int(try row.int32(5)),
            version: try row.int32(6)
        )
    }
}

extension Statement {
    /// `$1` account; `$2` before this campaign; `$3` state or NULL; `$4` rows.
    static let campaignPage = Statement(
        "campaign-page",
        roles: [.admin, .web],
        reportColumns + """
             WHERE c.account_id = $1 AND c.campaign_id < $2 AND ($3::smallint IS NULL OR c.state = $3::smallint)
            ORDER BY c.campaign_id DESC LIMIT $4::int
            """
    )
    /// `$1` campaigns.
    static let campaignTraits = Statement(
        "campaign-traits",
        roles: [.admin, .web],
        """
        SELECT c.campaign_id, c.kind, c.policy, c.tracking, c.list_id,
               (extract(epoch FROM c.lifetime) / 60)::int,
               COALESCE(c.version, (SELECT max(v.version) FROM campaign_versions v WHERE v.campaign_id = c.campaign_id), 0)
        FROM campaigns c WHERE c.campaign_id = ANY($1::int[])
        """
    )
}
