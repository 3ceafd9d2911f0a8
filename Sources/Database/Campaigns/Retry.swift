import Core
import DatabaseClient

/// A due deferred delivery.
package struct DueRetry: Sendable {
    package let key: DeliveryKey
    package let lane: LaneID
}

extension ProducerStore {
    /// Due retries; unclaimed ones are due again in `againSeconds`.
    package func dueRetries(limit: Int, againSeconds: Double, lanes: [LaneID]) async throws -> [DueRetry] {
        try await pool.withConnection { connection in
            try await connection.rows(
                .dueRetries,
                [.int64(token), .int32(Int32(limit)), .double(againSeconds), .int16s(lanes)]
            ) { row in
                DueRetry(key: DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)), lane: try row.int16(2))
            }
        }
    }

    /// Returns retries that the broker refused.
    package func undueRetries(_ keys: [DeliveryKey]) async throws {
        _ = try await pool.withConnection { connection in
            try await connection.run(.undueRetries, [.int32s(keys.map(\.campaign)), .int32s(keys.map(\.seq))])
        }
    }
}

extension Statement {
    /// Due retries; advances their publication time, so that a lost job is published again.
    ///
    /// `$1` this producer's token; `$2` how many; `$3` seconds until they are published again; `$4` lanes with room.
    static let dueRetries = Statement(
        "due-retries",
        role: .producer,
        """
        WITH due AS MATERIALIZED (
            SELECT r.found FROM campaigns c
            CROSS JOIN LATERAL (
                SELECT r.ctid AS found, r.publish_at FROM retries r
                WHERE r.campaign_id = c.campaign_id AND r.publish_at <= now() AND r.lane_id = ANY ($4::smallint[])
                  AND NOT (c.kind = \(CampaignKind.marketing.sql) AND r.lane_id IN (
                      SELECT b.lane_id FROM brakes b WHERE b.account_id = c.account_id AND b.until > now()))
                ORDER BY r.publish_at LIMIT $2
            ) AS r
            WHERE c.state = \(CampaignState.running.sql) AND c.lease_token = $1
            ORDER BY r.publish_at LIMIT $2
        ), free AS MATERIALIZED (
            -- What is being claimed or recalled is left for the next tick.
            SELECT r.ctid FROM due CROSS JOIN LATERAL (
                SELECT r.ctid FROM retries r WHERE r.ctid = due.found FOR UPDATE SKIP LOCKED
            ) AS r
        )
        UPDATE retries SET publish_at = now() + $3::float8 * interval '1 second'
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM free))
        RETURNING campaign_id, seq, lane_id
        """
    )

    /// Returns retries that the broker refused: they are due at once.
    ///
    /// `$1` campaigns; `$2` seqs.
    static let undueRetries = Statement(
        "undue-retries",
        role: .producer,
        """
        UPDATE retries r SET publish_at = now() + interval '1 second'
        FROM unnest($1::int[], $2::int[]) AS a(campaign_id, seq) WHERE r.campaign_id = a.campaign_id AND r.seq = a.seq
        """
    )
}
