import Core
import DatabaseClient

/// Flaws of a campaign's rows; numbered as in `recount-rows`.
package enum RowFlaw: Int16, WireNamed {
    /// Deferred, without a retry.
    case deferredWithoutRetry = 1
    /// A retry of a row that is not deferred.
    case retryWithoutDeferred = 2
    /// Dead, without a dead letter.
    case deadWithoutLetter = 3
    /// Being sent by a dead worker.
    case sendingWithoutWorker = 4
    /// Accepted, without a 2xx reply.
    case acceptedWithoutReply = 5
    /// Failed, without a reason.
    case failedWithoutReason = 6

    package var name: String {
        switch self {
        case .deferredWithoutRetry: "deferred-without-retry"
        case .retryWithoutDeferred: "retry-without-deferred"
        case .deadWithoutLetter: "dead-without-letter"
        case .sendingWithoutWorker: "sending-without-worker"
        case .acceptedWithoutReply: "accepted-without-reply"
        case .failedWithoutReason: "failed-without-reason"
        }
    }
}

/// A part of a lane, recounted in one snapshot together with the lane's counters.
package struct RecountPage: Sendable {
    /// Rows with a flaw.
    package struct Flawed: Sendable, Equatable {
        package let flaw: RowFlaw
        package let count: Int64
        package let example: Seq
    }

    package let counted: DeliveryCounts
    package let flawed: [Flawed]
    package let counters: DeliveryCounts
}

/// One lane of a campaign: a contiguous range of its recipients.
package struct LaneRange: Sendable, Equatable {
    package let lane: LaneID
    package let name: String
    package let first: Seq
    package let last: Seq

    package var rows: Int { Int(last) - Int(first) + 1 }
}

extension AccountDatabase {
    /// The lanes of a campaign that is frozen.
    package func lanes(of campaign: CampaignID, account: AccountID) async throws -> [LaneRange] {
        try await transaction(account: account) { connection in
            try connection.rows(.lanesOfCampaign, [.int32(campaign)]) { row in
                LaneRange(
                    lane: try row.int16(0),
                    name: try row.text(1),
                    first: try row.int32(2),
                    last: try row.int32(3)
                )
            }
        }
    }

    /// Recounts a range of a lane's rows, in one short snapshot.
    package func recount(
        _ campaign: CampaignID,
        account: AccountID,
        lane: LaneID,
        above seq: Seq,
        upTo last: Seq
    ) async throws -> RecountPage {
        try await transaction(account: account, hasOneSnapshot: true) { connection in
            var counted = DeliveryCounts()
            var flawed: [RecountPage.Flawed] = []
            let groups = try connection.rows(.recountRows, [.int32(campaign), .int32(seq), .int32(last)]) { row in
                (try row.int16(0), try row.int16(1), try row.int64(2), try row.int32(3))
            }
            for (state, flaw, count, example) in groups {
                guard let state = DeliveryState(rawValue: state) else {
                    throw PostgresError.misuse("state \(state) is unknown", statement: Statement.recountRows.name)
                }
                counted[state] += count
                guard let flaw = RowFlaw(rawValue: flaw) else { continue }
                flawed.append(.init(flaw: flaw, count: count, example: example))
            }
            let counters = try connection.rows(.countersOfLane, [.int32(campaign), .int16(lane)]) { row in
                var counts = DeliveryCounts()
                for (column, state) in DeliveryState.allCases.enumerated() {
                    counts[state] = try row.int64(Int32(column))
                }
                return counts
            }.only(of: .countersOfLane)
            return RecountPage(counted: counted, flawed: flawed, counters: counters)
        }
    }
}

extension Statement {
    /// `$1` campaign.
    static let lanesOfCampaign = Statement(
        "lanes-of-campaign",
        role: .admin,
        """
        SELECT l.lane_id, n.name, l.first_seq, l.last_seq FROM campaign_lanes l JOIN lanes n ON n.lane_id = l.lane_id
        WHERE l.campaign_id = $1 ORDER BY l.first_seq
        """
    )
    /// `$1` campaign; `$2` lane. The columns stand in the order of ``DeliveryState``.
    static let countersOfLane = Statement(
        "counters-of-lane",
        role: .admin,
        """
        SELECT COALESCE(sum(pending), 0)::int8, COALESCE(sum(sending), 0)::int8, COALESCE(sum(deferred), 0)::int8,
               COALESCE(sum(accepted), 0)::int8, COALESCE(sum(failed), 0)::int8, COALESCE(sum(suppressed), 0)::int8,
               COALESCE(sum(uncertain), 0)::int8, COALESCE(sum(cancelled), 0)::int8, COALESCE(sum(expired), 0)::int8,
               COALESCE(sum(dead), 0)::int8
        FROM counters WHERE campaign_id = $1 AND lane_id = $2
        """
    )
    /// Rows by state and flaw, numbered as ``RowFlaw``, 0 for none.
    ///
    /// A worker that died less than ten seconds ago is left to the producer's sweep.
    ///
    /// `$1` campaign; `$2` above this seq; `$3` up to this one.
    static let recountRows = Statement(
        "recount-rows",
        role: .admin,
        isHot: true,
        """
        SELECT d.state, f.flaw, count(*), min(d.seq)
        FROM deliveries d
        LEFT JOIN retries r ON r.campaign_id = $1 AND r.seq > $2 AND r.seq <= $3 AND r.seq = d.seq
        CROSS JOIN LATERAL (
            SELECT (CASE
                WHEN d.state = \(DeliveryState.deferred.sql) AND r.seq IS NULL THEN \(RowFlaw.deferredWithoutRetry.sql)
                WHEN d.state <> \(DeliveryState.deferred.sql) AND r.seq IS NOT NULL
                    THEN \(RowFlaw.retryWithoutDeferred.sql)
                WHEN d.state = \(DeliveryState.dead.sql) AND NOT EXISTS (
                    SELECT FROM dead_letters l WHERE l.campaign_id = d.campaign_id AND l.seq = d.seq)
                    THEN \(RowFlaw.deadWithoutLetter.sql)
                WHEN d.state = \(DeliveryState.sending.sql) AND NOT EXISTS (
                    SELECT FROM claims k JOIN workers w ON w.incarnation = k.incarnation
                    WHERE k.token = d.token AND k.campaign_id = d.campaign_id AND d.seq = ANY (k.seqs)
                      AND w.alive_until > now() - interval '10 seconds')
                    THEN \(RowFlaw.sendingWithoutWorker.sql)
                WHEN d.state = \(DeliveryState.accepted.sql) AND d.code NOT BETWEEN 200 AND 299
                    AND d.reason <> \(DeliveryReason.seen.sql)
                    THEN \(RowFlaw.acceptedWithoutReply.sql)
                WHEN d.state = \(DeliveryState.failed.sql) AND (d.reason NOT IN (\(DeliveryReason.mailboxRefused.sql),
                        \(DeliveryReason.messageRefused.sql), \(DeliveryReason.attemptsExhausted.sql), \(DeliveryReason.bounced.sql))
                    OR d.reason IN (\(DeliveryReason.mailboxRefused.sql), \(DeliveryReason.messageRefused.sql))
                        AND d.code NOT BETWEEN 500 AND 599 AND NOT EXISTS (
                        SELECT FROM replies p WHERE p.campaign_id = d.campaign_id AND p.seq = d.seq))
                    THEN \(RowFlaw.failedWithoutReason.sql)
                ELSE 0 END)::smallint AS flaw
        ) AS f
        WHERE d.campaign_id = $1 AND d.seq > $2 AND d.seq <= $3
        GROUP BY d.state, f.flaw ORDER BY d.state, f.flaw
        """
    )
}
