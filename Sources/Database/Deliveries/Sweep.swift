import Core
import DatabaseClient

/// How long, after its lease has ended, the claims of a worker with a flight log are left to those who find it.
package struct SettleWait: Sendable, Equatable {
    /// Before messages become uncertain.
    package let seconds: Double
    /// Before messages are sent again, under the policy at-least-once.
    package let secondsToSendAgain: Double

    package init(seconds: Double = 300, secondsToSendAgain: Double = 60) {
        self.seconds = seconds
        self.secondsToSendAgain = secondsToSendAgain
    }
}

/// The live workers of a lane.
package struct LaneWorkers: Sendable, Equatable {
    package let count: Int
    /// SMTP connections, of all of them.
    package let slots: Int

    package init(count: Int = 0, slots: Int = 0) {
        self.count = count
        self.slots = slots
    }
}

extension ProducerStore {
    /// The live workers, by lane.
    package func workersByLane() async throws -> [String: LaneWorkers] {
        let rows = try await pool.withConnection { connection in
            try await connection.rows(.workersByLane) { row in
                (try row.text(0), LaneWorkers(count: Int(try row.int32(1)), slots: Int(try row.int32(2))))
            }
        }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// Settles the claims of dead workers.
    ///
    /// - Parameters:
    ///   - limit: The maximum number of claims.
    ///   - attempts: The maximum number of attempts per message.
    ///   - wait: How long the claims of a worker with a flight log are left to those who find it.
    /// - Returns: The number of claims.
    /// - Throws: ``PostgresError``.
    package func sweepDeadWorkers(limit: Int, attempts: Int = 12, wait: SettleWait = SettleWait()) async throws -> Int {
        try await pool.withConnection { connection in
            let swept = try await connection.run(
                .sweepDeadWorkers,
                [
                    .int32(Int32(limit)), .int16(Int16(attempts)), .double(wait.seconds),
                    .double(wait.secondsToSendAgain),
                ]
            )
            if swept == 0 { try await connection.run(.forgetWorkers) }
            return swept
        }
    }
}

extension Statement {
    /// Live workers and their slots, by lane.
    static let workersByLane = Statement(
        "workers-by-lane",
        role: .producer,
        """
        SELECT lane, count(*)::int, sum(slots)::int FROM workers, unnest(lanes) AS lane WHERE alive_until > now() GROUP BY lane
        """
    )

    /// Settles the claims of dead workers: `uncertain`, or deferred to be sent again, by policy.
    ///
    /// After a server start the workers come first: they have outcomes that waited for it. A recipient who opted out
    /// during sending is not mailed again, nor is one whose every attempt ended with a dead worker. A worker with a flight
    /// log is left for a while to those who find it. `$1` how many claims at once; `$2` attempts in all; `$3` seconds of
    /// that while; `$4` the same under at-least-once.
    static let sweepDeadWorkers = Statement(
        "sweep-dead-workers",
        role: .producer,
        """
        WITH orphans AS MATERIALIZED (
            SELECT k.token, k.campaign_id, k.incarnation, k.seqs, c.policy
            FROM claims k JOIN campaigns c USING (campaign_id)
            WHERE NOT EXISTS (
                SELECT FROM workers w WHERE w.incarnation = k.incarnation AND w.alive_until > now() - CASE
                    WHEN NOT w.keeps_log THEN interval '0'
                    WHEN c.policy = \(DeliveryPolicy.atLeastOnce.sql) THEN $4::float8 * interval '1 second'
                    ELSE $3::float8 * interval '1 second' END
            )
              AND pg_postmaster_start_time() < now() - interval '5 seconds'
            LIMIT $1 FOR UPDATE OF k SKIP LOCKED
        ), rows AS MATERIALIZED (
            SELECT d.campaign_id, d.seq,
                   o.policy = \(DeliveryPolicy.atLeastOnce.sql) AND NOT d.recalled AND d.attempt < $2::smallint AS again,
                   CASE WHEN o.policy = \(DeliveryPolicy.atLeastOnce.sql) AND d.attempt >= $2::smallint
                        THEN \(DeliveryReason.attemptsExhausted.sql)
                        ELSE \(DeliveryReason.workerLost.sql) END AS reason, o.incarnation
            FROM orphans o CROSS JOIN LATERAL unnest(o.seqs) AS s(seq)
            JOIN deliveries d ON d.campaign_id = o.campaign_id AND d.seq = s.seq AND d.token = o.token
                AND d.state = \(DeliveryState.sending.sql)
            ORDER BY d.campaign_id, d.seq FOR NO KEY UPDATE OF d
        ), swept AS (
            UPDATE deliveries d
            SET state = CASE WHEN r.again THEN \(DeliveryState.deferred.sql) ELSE \(DeliveryState.uncertain.sql) END,
                reason = r.reason, changed_at = now()
            FROM rows r WHERE d.campaign_id = r.campaign_id AND d.seq = r.seq AND d.state = \(DeliveryState.sending.sql)
            RETURNING d.campaign_id, d.seq, d.account_id, d.lane_id, d.state, d.attempt, r.incarnation
        ), waiting AS (
            INSERT INTO retries (campaign_id, seq, account_id, lane_id, due, publish_at)
            SELECT campaign_id, seq, account_id, lane_id, now(), now() FROM swept
            WHERE state = \(DeliveryState.deferred.sql)
            ON CONFLICT (campaign_id, seq) DO UPDATE SET due = excluded.due, publish_at = excluded.publish_at
        ), said AS (
            INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
            SELECT campaign_id, seq, account_id, attempt, \(Judgement.unknown.sql), \(SMTPStep.dot.sql), 0,
                   format('worker %s ended with it in flight', to_hex(incarnation)) FROM swept
        )
        DELETE FROM claims k USING orphans o WHERE k.token = o.token AND k.campaign_id = o.campaign_id
        """
    )

    /// Removes workers that died a while ago and left no claims.
    static let forgetWorkers = Statement(
        "forget-workers",
        role: .producer,
        """
        DELETE FROM workers w WHERE w.alive_until < now() - interval '1 minute'
          AND NOT EXISTS (SELECT FROM claims k WHERE k.incarnation = w.incarnation)
        """
    )
}
