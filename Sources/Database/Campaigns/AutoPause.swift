import Core
import DatabaseClient

extension ProducerStore {
    /// Pauses campaigns with too many dead rows: a wrong template is a slow disaster.
    ///
    /// `most`: The limit of dead letters.
    /// - Returns: Their numbers.
    /// - Throws: ``PostgresError``.
    package func holdBrokenCampaigns(most: Int) async throws -> [CampaignID] {
        let token = token
        return try await pool.withConnection { connection in
            let broken = try await connection.rows(.brokenCampaigns, [.int64(token), .int64(Int64(most))]) { row in
                (campaign: try row.int32(0), dead: try row.int64(1))
            }
            for (campaign, dead) in broken {
                let why =
                    "\(dead) messages could not be rendered; `veredus dead-letters list --campaign \(campaign)` says why"
                try await connection.transaction { try $0.hold(campaign, of: token, because: why) }
            }
            return broken.map(\.campaign)
        }
    }

    /// Pauses marketing campaigns with too many complaints about them or their account.
    ///
    /// - Returns: Their numbers.
    package func holdComplainedCampaigns() async throws -> [CampaignID] {
        let token = token
        return try await pool.withConnection { connection in
            let complained = try await connection.rows(.complainedCampaigns, [.int64(token)]) { row in
                (
                    campaign: try row.int32(0),
                    rate: ComplaintRate(complaints: Int(try row.int64(1)), accepted: Int(try row.int64(2))),
                    isOfAccount: try row.bool(3)
                )
            }
            for (campaign, rate, isOfAccount) in complained {
                let what = isOfAccount ? "the account's messages of 30 days" : "this campaign"
                let why = "\(rate.complaints) complaints about \(what), of \(rate.accepted) accepted: too many"
                try await connection.transaction { try $0.hold(campaign, of: token, because: why) }
            }
            return complained.map(\.campaign)
        }
    }
}

extension Statement {
    /// Campaigns with too many dead rows: the limit, and a twentieth of the final rows.
    ///
    /// Rows dead at the last resume do not count: an operator has seen them. `$1` this producer's token; `$2` the
    /// number.
    static let brokenCampaigns = Statement(
        "broken-campaigns",
        role: .producer,
        """
        SELECT c.campaign_id, k.dead - c.dead_before
        FROM campaigns c, LATERAL (
            SELECT sum(dead) AS dead, sum(accepted + failed + suppressed + uncertain + expired + dead) AS ended,
                   sum(pending + deferred) AS waiting
            FROM counters k WHERE k.campaign_id = c.campaign_id
        ) AS k
        WHERE c.lease_token = $1 AND c.state = \(CampaignState.running.sql)
          AND k.waiting > 0 AND k.dead - c.dead_before >= $2::bigint AND (k.dead - c.dead_before) * 20 >= k.ended
        """
    )

    /// Waits for the claims in progress, and makes new ones wait; `$1` campaign.
    static let lockCampaignToHold = Statement(
        "lock-campaign-to-hold",
        role: .producer,
        "SELECT pg_advisory_xact_lock(\(AdvisoryLock.campaign.sql), $1)::text"
    )

    /// Pauses a campaign automatically, and writes it to the audit log.
    ///
    /// `$1` campaign; `$2` this producer's token; `$3` why.
    static let holdCampaign = Statement(
        "hold-campaign",
        role: .producer,
        """
        WITH held AS (
            UPDATE campaigns SET state = \(CampaignState.paused.sql), held_because = $3
            WHERE campaign_id = $1 AND lease_token = $2 AND state = \(CampaignState.running.sql)
            RETURNING campaign_id, account_id
        )
        SELECT write_audit('producer', account_id, 'campaign.pause', 'campaign ' || campaign_id, $3)::text FROM held
        """
    )
}

extension PostgresConnection {
    fileprivate func hold(_ campaign: CampaignID, of token: Int64, because why: String) throws {
        // A statement of its own, so that the change's snapshot is younger than the lock.
        try run(.lockCampaignToHold, [.int32(campaign)])
        try run(.holdCampaign, [.int32(campaign), .int64(token), .text(why)])
    }
}
