import Core
import DatabaseClient

extension PostgresDeliveryStore {
    package func deadLetter(_ message: DeadLetter, worker: String) async throws {
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                try connection.run(
                    .insertDeadLetter,
                    [
                        message.key.map { .int32($0.campaign) } ?? .null, message.key.map { .int32($0.seq) } ?? .null,
                        .int16(message.reason.rawValue), .text(message.detail), .text(worker), .text(message.queue),
                        .bytes(message.envelope),
                    ]
                )
                guard let key = message.key else { return }
                let reason: DeliveryReason = message.reason == .poison ? .poison : .renderFailed
                try connection.run(
                    .endUnsent,
                    [
                        .int32(key.campaign), .int32(key.seq), .int16(DeliveryState.dead.rawValue),
                        .int16(reason.rawValue),
                    ]
                )
            }
        }
    }
}

extension Statement {
    /// Stores a dead letter.
    ///
    /// `$1` campaign or NULL; `$2` seq or NULL; `$3` reason; `$4` detail; `$5` worker; `$6` queue; `$7` envelope.
    static let insertDeadLetter = Statement(
        "insert-dead-letter",
        roles: [.worker, .recorder],
        isHot: true,
        """
        INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope, attempt)
        SELECT $1::int, $2::int, d.account_id, $3::smallint, $4::text, $5::text, $6::text, $7::bytea,
               COALESCE(d.attempt, 0)
        FROM (VALUES (1)) AS one LEFT JOIN deliveries d ON d.campaign_id = $1::int AND d.seq = $2::int
        """
    )

    /// Moves a row that is still to be mailed to `dead` (or `failed`).
    ///
    /// `$1` campaign; `$2` seq; `$3` state; `$4` reason.
    static let endUnsent = Statement(
        "end-unsent",
        role: .worker,
        isHot: true,
        """
        WITH ended AS (
            UPDATE deliveries SET state = $3::smallint, reason = $4::smallint, changed_at = now()
            WHERE campaign_id = $1 AND seq = $2 AND state IN (\(DeliveryState.waiting.sql))
            RETURNING campaign_id, seq
        )
        DELETE FROM retries r USING ended e WHERE r.campaign_id = e.campaign_id AND r.seq = e.seq
        """
    )
}
