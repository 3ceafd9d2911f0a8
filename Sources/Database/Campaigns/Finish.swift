import Core
import DatabaseClient

extension ProducerStore {
    /// Ends the next rows of a campaign that is cancelled or has expired.
    ///
    /// - Returns: How many.
    package func closeRows(
        _ campaign: CampaignID,
        above seq: Seq,
        upTo last: Seq,
        as state: DeliveryState
    ) async throws -> Int {
        try await pool.withConnection { connection in
            try await connection.run(
                .closeRows,
                [.int32(campaign), .int32(seq), .int32(last), .int16(state.rawValue), .int64(token)]
            )
        }
    }

    /// Ends a campaign whose rows are all final.
    ///
    /// - Returns: Whether it ended now.
    package func finish(_ campaign: CampaignID) async throws -> Bool {
        let token = token
        return try await pool.withConnection { connection in
            try await connection.transaction { connection in
                guard try connection.run(.finishCampaign, [.int32(campaign), .int64(token)]) == 1 else { return false }
                try connection.run(.mergeCounters, [.int32(campaign)])
                try connection.run(.dropLeftRetries, [.int32(campaign)])
                return true
            }
        }
    }
}

extension Statement {
    /// Ends the next rows of a campaign that is cancelled or has expired.
    ///
    /// Rows being sent are left to their worker. `$1` campaign; `$2` above this seq; `$3` up to this seq;
    /// `$4` the state they get; `$5` this producer's token.
    static let closeRows = Statement(
        "close-rows",
        role: .producer,
        """
        WITH batch AS (
            SELECT campaign_id, seq FROM deliveries
            WHERE campaign_id = $1 AND seq > $2 AND seq <= $3 AND state IN (\(DeliveryState.waiting.sql))
              AND EXISTS (SELECT FROM campaigns c WHERE c.campaign_id = $1 AND c.lease_token = $5)
            ORDER BY campaign_id, seq FOR NO KEY UPDATE
        ), woken AS (
            DELETE FROM retries r USING batch b WHERE r.campaign_id = b.campaign_id AND r.seq = b.seq
        )
        UPDATE deliveries d SET state = $4::smallint, changed_at = now()
        FROM batch b WHERE d.campaign_id = b.campaign_id AND d.seq = b.seq
        """
    )

    /// Marks a campaign as ended if no row is pending, sending or deferred.
    ///
    /// The counters are those of this statement's snapshot. A reopen that committed during the wait shows on the
    /// campaign's row: it must be published again, or expires later. `$1` campaign; `$2` this producer's token.
    static let finishCampaign = Statement(
        "finish-campaign",
        role: .producer,
        """
        UPDATE campaigns c
        SET state = CASE WHEN c.state = \(CampaignState.cancelling.sql) THEN \(CampaignState.cancelled.sql)
                         ELSE \(CampaignState.finished.sql) END,
            finished_at = now()
        WHERE c.campaign_id = $1 AND c.lease_token = $2 AND c.state IN (\(CampaignState.underWay.sql))
          AND NOT (c.state = \(CampaignState.running.sql) AND c.republish)
          AND (c.state <> \(CampaignState.paused.sql) OR c.expires_at <= now())
          AND (SELECT COALESCE(sum(pending), 0) = 0 AND COALESCE(sum(sending), 0) = 0 AND COALESCE(sum(deferred), 0) = 0
               FROM counters k WHERE k.campaign_id = $1)
        """
    )

    /// Merges a campaign's counters into one row per lane: each writer has rows of its own, which add up.
    ///
    /// `$1` campaign.
    static let mergeCounters = Statement(
        "merge-counters",
        role: .producer,
        """
        WITH gone AS (DELETE FROM counters WHERE campaign_id = $1 RETURNING *)
        INSERT INTO counters (campaign_id, lane_id, writer, pending, sending, deferred, accepted, failed, suppressed,
                              uncertain, cancelled, expired, dead)
        SELECT campaign_id, lane_id, 0, sum(pending), sum(sending), sum(deferred), sum(accepted), sum(failed),
               sum(suppressed), sum(uncertain), sum(cancelled), sum(expired), sum(dead)
        FROM gone GROUP BY campaign_id, lane_id
        """
    )

    /// Removes retries left by a claim that raced with the campaign's expiry: no row is deferred any more.
    ///
    /// `$1` campaign.
    static let dropLeftRetries = Statement(
        "drop-left-retries",
        role: .producer,
        "DELETE FROM retries WHERE campaign_id = $1"
    )
}
