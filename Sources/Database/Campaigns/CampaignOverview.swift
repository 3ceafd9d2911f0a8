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

/// What campaigns are searched by.
package struct CampaignSearch: Sendable, Equatable {
    /// Part of the name, in any case of letters; empty for any.
    package let name: String
    /// `nil` for any.
    package let state: CampaignState?

    package init(name: String = "", state: CampaignState? = nil) {
        self.name = name
        self.state = state
    }
}

extension AccountDatabase {
    /// The account's campaigns before a number, newest first.
    package func campaigns(
        of account: AccountID,
        _ search: CampaignSearch,
        before campaign: CampaignID,
        limit: Int32
    ) async throws -> [CampaignOverview] {
        try await transaction(account: account, hasOneSnapshot: true) { connection in
            try connection.overviews(connection.reports(of: account, search, before: campaign, limit: limit))
        }
    }

    /// The same, without what is no part of a report.
    package func reports(
        of account: AccountID,
        _ search: CampaignSearch,
        before campaign: CampaignID,
        limit: Int32
    ) async throws -> [CampaignReport] {
        try await transaction(account: account, hasOneSnapshot: true) { connection in
            try connection.reports(of: account, search, before: campaign, limit: limit)
        }
    }

    /// Campaigns of all accounts before a number, newest first; for the operator.
    package func campaigns(
        _ search: CampaignSearch,
        before campaign: CampaignID,
        limit: Int32
    ) async throws -> [CampaignOverview] {
        let values: [PostgresValue] = [
            .int32(campaign), search.state.map { .int16($0.rawValue) } ?? .null, .text(search.name), .int32(limit),
        ]
        let found = try await transaction(account: nil) { connection in
            try connection.rows(.newestCampaigns, values) { (campaign: try $0.int32(0), account: try $0.int32(1)) }
        }
        var overviews: [CampaignOverview] = []
        for (account, campaigns) in Dictionary(grouping: found, by: \.account) {
            overviews += try await transaction(account: account, hasOneSnapshot: true) { connection in
                try connection.overviews(connection.reports(.campaignsByID, [.int32s(campaigns.map(\.campaign))]))
            }
        }
        return overviews.sorted { $0.report.campaign > $1.report.campaign }
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

    fileprivate func reports(
        of account: AccountID,
        _ search: CampaignSearch,
        before campaign: CampaignID,
        limit: Int32
    ) throws -> [CampaignReport] {
        var values: [PostgresValue] = [.int32(account), .int32(campaign), .text(search.name), .int32(limit)]
        guard let state = search.state else { return try reports(.campaignPage, values) }
        values.append(.int16(state.rawValue))
        return try reports(.campaignPageInState, values)
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
    /// `$1` account; `$2` before this campaign; `$3` part of the name; `$4` rows.
    static let campaignPage = Statement("campaign-page", roles: [.admin, .web], campaignsFound())
    /// `$5` state.
    static let campaignPageInState = Statement(
        "campaign-page-in-state",
        roles: [.admin, .web],
        campaignsFound(" AND k.state = $5::smallint")
    )
    /// Names are read from the index: its rows are fetched for those on the page alone.
    private static func campaignsFound(_ condition: String = "") -> String {
        reportColumns + """
             WHERE c.campaign_id = ANY (ARRAY(
                SELECT k.campaign_id FROM campaigns k
                WHERE k.account_id = $1 AND k.campaign_id < $2\(condition)
                  AND strpos(lower(k.name), lower($3::text)) > 0
                ORDER BY k.campaign_id DESC LIMIT $4::int
            )) ORDER BY c.campaign_id DESC
            """
    }
    /// `$1` before this campaign; `$2` state or NULL; `$3` part of the name; `$4` rows.
    static let newestCampaigns = Statement(
        "newest-campaigns",
        role: .admin,
        "SELECT campaign_id, account_id FROM newest_campaigns($1::int, $2::smallint, $3::text, $4::int)"
    )
    /// `$1` campaigns.
    static let campaignsByID = Statement(
        "campaigns-by-id",
        role: .admin,
        reportColumns + " WHERE c.campaign_id = ANY ($1::int[])"
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
