import Core
import DatabaseClient

/// What the producer says to the database. Every write to a campaign tests the lease's token: a producer that was
/// stopped and wakes changes nothing.
extension Statement {
    /// Takes the campaigns that nobody drives, and keeps those that this producer drives.
    ///
    /// A scheduled start that was missed by more than its grace is left alone: the operator has to ask again.
    /// `$1` this producer's token; `$2` seconds the lease lasts; `$3` seconds of grace.
    static let leaseCampaigns = Statement(
        "lease-campaigns",
        role: .producer,
        """
        UPDATE campaigns c SET lease_token = $1, lease_until = now() + $2::float8 * interval '1 second'
        FROM (
            SELECT campaign_id FROM campaigns
            WHERE state IN (\(CampaignState.open.sql))
              AND (state <> \(CampaignState.starting.sql)
                   OR start_at <= now() AND start_at > now() - $3::float8 * interval '1 second')
              AND (lease_until < now() OR lease_token = $1 AND lease_until < now() + $2::float8 * interval '0.7 second')
            FOR UPDATE SKIP LOCKED
        ) AS free
        WHERE c.campaign_id = free.campaign_id
        """
    )

    /// Campaigns whose start was missed by more than its grace.
    ///
    /// `$1` seconds of grace.
    static let missedStarts = Statement(
        "missed-starts",
        role: .producer,
        """
        SELECT campaign_id FROM campaigns
        WHERE state = \(CampaignState.starting.sql) AND start_at <= now() - $1::float8 * interval '1 second'
        """
    )

    /// Gives back the campaigns that this producer drives: another one takes them at its next look.
    ///
    /// `$1` this producer's token.
    static let releaseCampaigns = Statement(
        "release-campaigns",
        role: .producer,
        """
        UPDATE campaigns SET lease_until = now() - interval '1 second'
        WHERE lease_token = $1 AND lease_until > now() AND state IN (\(CampaignState.open.sql))
        """
    )

    /// The campaigns that this producer drives, and how far each of their lanes is.
    ///
    /// `$1` this producer's token.
    static let leasedCampaigns = Statement(
        "driven-campaigns",
        role: .producer,
        """
        SELECT c.campaign_id, c.account_id, c.state, c.republish, COALESCE(c.expires_at <= now(), false),
               l.lane_id, n.name, l.first_seq, l.last_seq, l.cursor, l.generation,
               COALESCE(k.pending, 0), COALESCE(k.sending, 0), COALESCE(k.deferred, 0),
               c.kind = \(CampaignKind.marketing.sql) AND EXISTS (
                   SELECT FROM brakes b WHERE b.account_id = c.account_id AND b.lane_id = l.lane_id AND b.until > now())
        FROM campaigns c
        LEFT JOIN campaign_lanes l USING (campaign_id)
        LEFT JOIN lanes n USING (lane_id)
        LEFT JOIN LATERAL (
            SELECT sum(pending)::int AS pending, sum(sending)::int AS sending, sum(deferred)::int AS deferred
            FROM counters k WHERE k.campaign_id = c.campaign_id AND k.lane_id = l.lane_id
        ) AS k ON true
        WHERE c.lease_token = $1 AND c.lease_until > now() AND c.state IN (\(CampaignState.open.sql))
        ORDER BY c.campaign_id, l.lane_id
        """
    )

    /// Moves a lane's cursor past what was confirmed.
    ///
    /// `$1` campaign; `$2` lane; `$3` generation; `$4` cursor; `$5` this producer's token.
    static let moveCursor = Statement(
        "move-cursor",
        role: .producer,
        """
        UPDATE campaign_lanes l SET cursor = $4
        WHERE l.campaign_id = $1 AND l.lane_id = $2 AND l.generation = $3 AND l.cursor < $4
          AND EXISTS (SELECT FROM campaigns c WHERE c.campaign_id = $1 AND c.lease_token = $5)
        """
    )

    /// The next rows of a lane that are still to be published; for lanes that are published anew.
    ///
    /// `$1` campaign; `$2` cursor; `$3` last seq of the lane; `$4` how many.
    static let pendingAfterCursor = Statement(
        "pending-after-cursor",
        role: .producer,
        isHot: true,
        """
        SELECT seq FROM deliveries
        WHERE campaign_id = $1 AND seq > $2 AND seq <= $3 AND state = \(DeliveryState.pending.sql) ORDER BY seq LIMIT $4
        """
    )

    /// Publishes a lane anew: a new generation, from the lowest row that is still pending.
    ///
    /// `$1` campaign; `$2` lane; `$3` the generation that was lost; `$4` this producer's token.
    static let renewGeneration = Statement(
        "renew-generation",
        role: .producer,
        isHot: true,
        """
        UPDATE campaign_lanes l SET generation = l.generation + 1, cursor = COALESCE(
            (SELECT d.seq - 1 FROM deliveries d
             WHERE d.campaign_id = $1 AND d.seq BETWEEN l.first_seq AND l.last_seq
               AND d.state = \(DeliveryState.pending.sql)
             ORDER BY d.campaign_id, d.seq LIMIT 1),
            l.last_seq)
        WHERE l.campaign_id = $1 AND l.lane_id = $2 AND l.generation = $3
          AND EXISTS (SELECT FROM campaigns c WHERE c.campaign_id = $1 AND c.lease_token = $4)
        """
    )

    /// Campaigns of which so much is dead that they had better stop: a number of rows, and a twentieth of what has
    /// ended.
    ///
    /// What was dead at the last resume does not count: an operator has seen it. `$1` this producer's token; `$2` the
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

    /// Waits for the claims that are under way, and makes the next ones wait; `$1` campaign.
    static let lockCampaignToHold = Statement(
        "lock-campaign-to-hold",
        role: .producer,
        "SELECT pg_advisory_xact_lock(\(AdvisoryLock.campaign.sql), $1)::text"
    )

    /// Pauses a campaign by itself, and writes it to the audit log.
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

    /// Notes that a resumed campaign's lanes are published anew.
    ///
    /// `$1` campaign; `$2` this producer's token.
    static let clearRepublish = Statement(
        "clear-republish",
        role: .producer,
        "UPDATE campaigns SET republish = false WHERE campaign_id = $1 AND lease_token = $2"
    )

    /// Publishes a resumed campaign's retries as soon as they are due: those published while it was paused were
    /// acknowledged.
    ///
    /// `$1` campaign; `$2` this producer's token.
    static let hastenRetries = Statement(
        "hasten-retries",
        role: .producer,
        """
        UPDATE retries r SET publish_at = r.due
        FROM (
            SELECT r.campaign_id, r.seq FROM retries r JOIN campaigns c USING (campaign_id)
            WHERE r.campaign_id = $1 AND r.publish_at > r.due AND c.lease_token = $2 FOR UPDATE OF r SKIP LOCKED
        ) AS waiting
        WHERE r.campaign_id = waiting.campaign_id AND r.seq = waiting.seq
        """
    )

    /// Retries whose time has come; moves their publication on, so that a lost job comes back by itself.
    ///
    /// `$1` this producer's token; `$2` how many; `$3` seconds until they are published again; `$4` lanes with room.
    static let dueRetries = Statement(
        "due-retries",
        role: .producer,
        """
        UPDATE retries r SET publish_at = now() + $3::float8 * interval '1 second'
        FROM (
            SELECT r.campaign_id, r.seq FROM retries r JOIN campaigns c USING (campaign_id)
            WHERE r.publish_at <= now() AND c.state = \(CampaignState.running.sql) AND c.lease_token = $1
              AND r.lane_id = ANY ($4::smallint[])
              AND NOT (c.kind = \(CampaignKind.marketing.sql) AND EXISTS (
                  SELECT FROM brakes b WHERE b.account_id = c.account_id AND b.lane_id = r.lane_id AND b.until > now()))
            ORDER BY r.publish_at LIMIT $2 FOR UPDATE OF r SKIP LOCKED
        ) AS due
        WHERE r.campaign_id = due.campaign_id AND r.seq = due.seq
        RETURNING r.campaign_id, r.seq, r.lane_id
        """
    )

    /// Gives back retries that the broker refused: they are due at once.
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

    /// Ends the next rows of a campaign that is cancelled or has expired.
    ///
    /// Rows that are being sent are left to their worker. `$1` campaign; `$2` above this seq; `$3` up to this seq;
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

    /// Decides that a campaign has ended: nothing is pending, being sent or deferred any more.
    ///
    /// The counters are those of this statement's snapshot. A reopen that committed while it waited for the row shows
    /// on the row itself: it is to be published anew, or expires later. `$1` campaign; `$2` this producer's token.
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

    /// Merges a campaign's counters into one row a lane: its writers come and go, their differences add up.
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

    /// Removes what a claim that raced with the campaign's expiry may have left: nothing is deferred any more.
    ///
    /// `$1` campaign.
    static let dropLeftRetries = Statement(
        "drop-left-retries",
        role: .producer,
        "DELETE FROM retries WHERE campaign_id = $1"
    )
}
