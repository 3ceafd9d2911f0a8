import Core
import DatabaseClient

/// The number of a campaign's recipients per state at one moment.
package struct CampaignSample: Sendable {
    /// Seconds since 1970.
    package let at: Double
    package let counts: DeliveryCounts

    package init(at: Double, counts: DeliveryCounts) {
        self.at = at
        self.counts = counts
    }
}

extension AccountDatabase {
    /// The counts over time, oldest first: the last sample of each of at most `limit` spans of equal length.
    package func samples(of campaign: CampaignID, account: AccountID, limit: Int32) async throws -> [CampaignSample] {
        try await transaction(account: account) { connection in
            try connection.rows(.samplesOfCampaign, [.int32(campaign), .int32(limit)]) { row in
                var counts = DeliveryCounts()
                for (column, state) in DeliveryState.allCases.enumerated() {
                    counts[state] = Int64(try row.int32(Int32(column) + 1))
                }
                return CampaignSample(at: try row.timestamp(0), counts: counts)
            }
        }
    }
}

extension ProducerStore {
    /// Samples the changed counts of every campaign that this producer runs, or that ended a moment ago.
    package func sample() async throws {
        _ = try await pool.withConnection { try await $0.run(.sampleCampaigns, [.int64(token)]) }
    }

    /// Keeps one sample per ten minutes for campaigns that ended a day ago.
    package func thinSamples() async throws {
        _ = try await pool.withConnection { try await $0.run(.thinSamples) }
    }
}

extension Statement {
    static let forSamples: [Statement] = [.samplesOfCampaign, .sampleCampaigns, .thinSamples]

    /// `$1` campaign; `$2` the maximum. The counts are in the order of ``DeliveryState``.
    static let samplesOfCampaign = Statement(
        "samples-of-campaign",
        roles: [.admin, .web],
        """
        WITH ends AS (SELECT min(at) AS first, max(at) AS last FROM campaign_samples WHERE campaign_id = $1),
        spans AS (
            SELECT s.*, CASE WHEN e.last > e.first
                THEN floor(extract(epoch FROM s.at - e.first) / extract(epoch FROM e.last - e.first) * ($2::int - 1))
                ELSE 0 END AS span
            FROM campaign_samples s CROSS JOIN ends e WHERE s.campaign_id = $1
        )
        SELECT DISTINCT ON (span) at, pending, sending, deferred, accepted, failed, suppressed, uncertain, cancelled,
               expired, dead
        FROM spans ORDER BY span, at DESC
        """
    )

    /// One row per campaign that this producer runs, or that ended within a minute, if its counts have changed since
    /// the last sample. `$1` this producer's token.
    static let sampleCampaigns = Statement(
        "sample-campaigns",
        role: .producer,
        """
        INSERT INTO campaign_samples (campaign_id, account_id, pending, sending, deferred, accepted, failed, suppressed,
                                      uncertain, cancelled, expired, dead)
        SELECT c.campaign_id, c.account_id, k.*
        FROM campaigns c
        CROSS JOIN LATERAL (
            SELECT sum(pending)::int AS pending, sum(sending)::int AS sending, sum(deferred)::int AS deferred,
                   sum(accepted)::int AS accepted, sum(failed)::int AS failed, sum(suppressed)::int AS suppressed,
                   sum(uncertain)::int AS uncertain, sum(cancelled)::int AS cancelled, sum(expired)::int AS expired,
                   sum(dead)::int AS dead
            FROM counters WHERE campaign_id = c.campaign_id HAVING count(*) > 0
        ) AS k
        LEFT JOIN LATERAL (
            SELECT s.pending, s.sending, s.deferred, s.accepted, s.failed, s.suppressed, s.uncertain, s.cancelled,
                   s.expired, s.dead
            FROM campaign_samples s WHERE s.campaign_id = c.campaign_id ORDER BY s.at DESC LIMIT 1
        ) AS old ON true
        WHERE c.lease_token = $1
          AND (c.state IN (\(CampaignState.underWay.sql)) OR c.finished_at > now() - interval '1 minute')
          AND k IS DISTINCT FROM old
        ON CONFLICT (campaign_id, at) DO NOTHING
        """
    )

    static let thinSamples = Statement(
        "thin-samples",
        role: .producer,
        """
        DELETE FROM campaign_samples s USING campaigns c
        WHERE c.campaign_id = s.campaign_id
          AND c.finished_at BETWEEN now() - interval '3 days' AND now() - interval '1 day'
          AND EXISTS (
              SELECT FROM campaign_samples n WHERE n.campaign_id = s.campaign_id AND n.at > s.at
                AND n.at < date_bin('10 minutes', s.at, 'epoch') + interval '10 minutes')
        """
    )
}
