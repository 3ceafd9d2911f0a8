import Core
import DatabaseClient

extension PostgresConnection {
    /// Counts refusals that are about the sender, and puts the throttle on when they are too many.
    ///
    /// Too many are as many as the account's rule says within ten minutes, and a twentieth of what has ended in the lane
    /// in that time. The first throttle holds for ten minutes, one within an hour of the last for twice as long as that, up
    /// to four hours; it ends by itself.
    ///
    /// - Returns: What the audit log is to say of a new throttle.
    func countBlocks(_ count: Int32, account: AccountID, lane: LaneID) throws -> [AuditEntry] {
        let place: [PostgresValue] = [.int32(account), .int16(lane)]
        try run(.countBlocks, place + [.int32(count)])
        let throttles = try rows(.putOnThrottle, place) { (minutes: try $0.double(0), blocked: try $0.int32(1)) }
        return throttles.map { throttle in
            let minutes = Int(throttle.minutes.rounded())
            return AuditEntry(
                "lane.brake",
                "lane \(lane) for \(minutes) minutes",
                reason: "\(throttle.blocked) messages were refused for who sends them"
            )
        }
    }
}

extension Statement {
    /// What has ended of an account in a lane so far; `$1` account, `$2` lane.
    private static let ended = """
        (SELECT COALESCE(sum(k.accepted + k.failed), 0)::int8 FROM campaigns c JOIN counters k USING (campaign_id)
         WHERE c.account_id = $1 AND k.lane_id = $2)
        """
    /// In a minute of which nobody noted the beginning all that ever ended counts as ended within it: rather no throttle than
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
    /// `$1` account; `$2` lane. Returns minutes and refusals, if the throttle goes on now.
    static let putOnThrottle = Statement(
        "put-on-throttle",
        role: .inbound,
        """
        INSERT INTO brakes AS b (account_id, lane_id, level, since, until, blocked)
        SELECT $1, $2, 0, now(), now() + interval '10 minutes', found.blocked
        FROM accounts a, (
            SELECT sum(m.blocked)::int AS blocked, (array_agg(m.ended ORDER BY m.minute))[1] AS base
            FROM lane_blocks m LEFT JOIN brakes k ON k.account_id = m.account_id AND k.lane_id = m.lane_id
            WHERE m.account_id = $1 AND m.lane_id = $2 AND m.minute > now() - interval '10 minutes'
              AND (k.until IS NULL OR m.minute >= k.until)
        ) AS found
        WHERE a.account_id = $1 AND found.blocked >= a.brake_blocks
          AND found.blocked * 20::int8 >= \(ended) - found.base
        ON CONFLICT (account_id, lane_id) DO UPDATE
        SET level = CASE WHEN now() < b.until + interval '1 hour' THEN b.level + 1 ELSE 0 END,
            since = now(), blocked = excluded.blocked,
            until = now() + CASE WHEN now() < b.until + interval '1 hour'
                THEN least(interval '10 minutes' * 2 ^ least(b.level + 1, 8), interval '4 hours')
                ELSE interval '10 minutes' END
        WHERE b.until <= now()
        RETURNING extract(epoch FROM until - since)::float8 / 60, blocked
        """
    )
    /// Notes for this minute how much has ended in the lanes of accounts that send.
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
