import Core
import DatabaseClient

extension PostgresConnection {
    /// Counts refusals of the sender, and starts a throttle when there are too many (``Throttle``); it expires on its
    /// own.
    ///
    /// - Returns: The audit log entry for a new throttle.
    func countBlocks(_ count: Int32, account: AccountID, lane: LaneID) throws -> [AuditEntry] {
        let place: [PostgresValue] = [.int32(account), .int16(lane)]
        try run(.countBlocks, place + [.int32(count)])
        let facts = try rows(.throttleFacts, place) { row in
            let level = try row.optionalInt16(3)
            let minutesAgo = try row.double(4)
            return Throttle.Facts(
                blocked: try row.int64(0),
                ended: try row.int64(1),
                limit: try row.int32(2),
                last: level.map { (level: $0, minutesAgo: minutesAgo) }
            )
        }.only(of: .throttleFacts)
        guard let throttle = Throttle(facts) else { return [] }
        let isNew = try run(
            .putOnThrottle,
            place + [.int16(throttle.level), .double(throttle.minutes), .int32(Int32(clamping: facts.blocked))]
        )
        // A throttle that started meanwhile stays.
        guard isNew == 1 else { return [] }
        return [
            AuditEntry(
                "lane.brake",
                "lane \(lane) for \(Int(throttle.minutes)) minutes",
                reason: "\(facts.blocked) messages were refused because of their sender"
            )
        ]
    }
}

extension Statement {
    /// The number of an account's finished messages in a lane so far; `$1` account, `$2` lane.
    private static let ended = """
        (SELECT COALESCE(sum(k.accepted + k.failed), 0)::int8 FROM campaigns c JOIN counters k USING (campaign_id)
         WHERE c.account_id = $1 AND k.lane_id = $2)
        """
    /// If no program recorded the start of a minute, all finished messages count as within it: rather no throttle than
    /// a wrong one. `$1` account; `$2` lane; `$3` how many.
    static let countBlocks = Statement(
        "count-blocks",
        role: .inbound,
        """
        INSERT INTO lane_blocks (account_id, lane_id, minute, blocked, ended)
        VALUES ($1, $2, date_trunc('minute', now()), $3, 0)
        ON CONFLICT (account_id, lane_id, minute) DO UPDATE SET blocked = lane_blocks.blocked + excluded.blocked
        """
    )
    /// What ``Throttle`` decides by: refusals within ten minutes and since the last throttle, what has ended meanwhile, the
    /// account's limit, the last throttle's level and the minutes since its end.
    ///
    /// `$1` account; `$2` lane.
    static let throttleFacts = Statement(
        "throttle-facts",
        role: .inbound,
        """
        SELECT COALESCE(found.blocked, 0), \(ended) - COALESCE(found.base, 0), a.brake_blocks, b.level,
               COALESCE(extract(epoch FROM now() - b.until)::float8 / 60, 0)
        FROM accounts a
        LEFT JOIN brakes b ON b.account_id = a.account_id AND b.lane_id = $2
        CROSS JOIN LATERAL (
            SELECT sum(m.blocked) AS blocked, (array_agg(m.ended ORDER BY m.minute))[1] AS base
            FROM lane_blocks m
            WHERE m.account_id = $1 AND m.lane_id = $2 AND m.minute > now() - interval '10 minutes'
              AND (b.until IS NULL OR m.minute >= b.until)
        ) AS found
        WHERE a.account_id = $1
        """
    )
    /// Starts a throttle, unless one is on. `$1` account; `$2` lane; `$3` level; `$4` minutes; `$5` refusals.
    static let putOnThrottle = Statement(
        "put-on-throttle",
        role: .inbound,
        """
        INSERT INTO brakes AS b (account_id, lane_id, level, since, until, blocked)
        VALUES ($1, $2, $3, now(), now() + $4::float8 * interval '1 minute', $5)
        ON CONFLICT (account_id, lane_id) DO UPDATE
        SET level = excluded.level, since = excluded.since, until = excluded.until, blocked = excluded.blocked
        WHERE b.until <= now()
        """
    )
    /// Records for this minute the number of finished messages in the lanes of active accounts.
    static let notePulse = Statement(
        "note-pulse",
        role: .inbound,
        """
        INSERT INTO lane_blocks (account_id, lane_id, minute, blocked, ended)
        SELECT c.account_id, k.lane_id, date_trunc('minute', now()), 0, sum(k.accepted + k.failed)
        FROM campaigns c JOIN counters k USING (campaign_id)
        WHERE c.account_id IN (
            SELECT o.account_id FROM campaigns o WHERE o.state IN (\(CampaignState.underWay.sql)))
        GROUP BY c.account_id, k.lane_id
        ON CONFLICT DO NOTHING
        """
    )
    static let dropOldPulses = Statement(
        "drop-old-pulses",
        role: .inbound,
        "DELETE FROM lane_blocks WHERE minute < now() - interval '1 hour'"
    )
}
