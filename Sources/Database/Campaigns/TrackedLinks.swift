import Core
import DatabaseClient

/// A campaign's links as the redirect needs them.
package struct TrackedCampaign: Sendable {
    package let mode: TrackingMode
    /// By number; only those that a redirect may target.
    package let targets: [UInt16: LinkTarget]

    package init(mode: TrackingMode, targets: [UInt16: LinkTarget]) {
        self.mode = mode
        self.targets = targets
    }
}

/// Links' targets, of all accounts.
package struct TrackedLinkStore: Sendable {
    private let pool: PostgresPool

    /// - Parameter pool: Of the role `veredus_web`.
    package init(_ pool: PostgresPool) { self.pool = pool }

    /// The links of campaigns; a campaign without links is not among them.
    package func links(of campaigns: [CampaignID], within limit: Duration) async throws -> [CampaignID: TrackedCampaign]
    {
        let rows = try await pool.withConnection(deadline: limit) { connection in
            try await connection.rows(.trackedLinks, [.int32s(campaigns)]) { row in
                (try row.int32(0), try row.int16(1), try row.int32(2), try row.text(3))
            }
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { rows in
            var targets: [UInt16: LinkTarget] = [:]
            for (_, _, number, url) in rows {
                guard let number = UInt16(exactly: number) else { continue }
                targets[number] = LinkTarget(stored: url)
            }
            return TrackedCampaign(mode: rows.first.flatMap { TrackingMode(rawValue: $0.1) } ?? .none, targets: targets)
        }
    }

    /// The newest campaigns, whose links are requested most.
    package func newest(_ most: Int32) async throws -> [CampaignID] {
        try await pool.withConnection { connection in
            try await connection.rows(.newlyTracked, [.int32(most)]) { try $0.int32(0) }
        }
    }
}

extension Statement {
    /// `$1` campaigns.
    static let trackedLinks = Statement(
        "tracked-links",
        role: .web,
        "SELECT campaign_id, tracking, number, url FROM tracked_links($1)"
    )
    /// `$1` how many at most.
    static let newlyTracked = Statement("newly-tracked", role: .web, "SELECT newly_tracked($1)")
}
