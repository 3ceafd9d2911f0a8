import Core
import DatabaseClient
import Synchronization

extension PostgresDeliveryStore {
    package func claim(
        _ requests: [ClaimRequest],
        token: ClaimToken,
        workerRun: WorkerRun
    ) async throws -> [Verdict] {
        try await pool.withConnection { connection in
            guard try await connection.finds(.knownDatabase) else {
                return [Verdict](repeating: .leaseLost, count: requests.count)
            }
            var verdicts = [Verdict?](repeating: nil, count: requests.count)
            // Most are as they were read, and claimed without being judged. What was tried before is hardly pending.
            let fresh = requests.indices.filter { requests[$0].attempt == 0 }
                .sorted { requests[$0].key < requests[$1].key }
            let claimed = try await connection.claimPending(fresh.map { requests[$0] }, token, workerRun)
            for place in claimed { verdicts[fresh[Int(place) - 1]] = .claimed }
            let rest = requests.indices.filter { verdicts[$0] == nil }
            let judged = try await connection.claimJudged(rest.map { requests[$0] }, token, workerRun)
            for (place, number) in zip(rest, judged) { verdicts[place] = Verdict(rawValue: Int16(number)) }
            return verdicts.map { $0 ?? .unknown }
        }
    }
}

extension PostgresConnection {
    /// Claims those of these first attempts that are pending and as they were read.
    ///
    /// `requests`: In ascending order of their keys.
    ///
    /// - Returns: The places of those claimed, from 1.
    /// - Throws: ``PostgresError``.
    fileprivate func claimPending(
        _ requests: [ClaimRequest],
        _ token: ClaimToken,
        _ workerRun: WorkerRun
    ) throws -> [Int32] {
        let ranges = DeliveryRanges(requests, by: \.key) { $0.generation == $1.generation }
        return try claim(
            requests,
            workerRun,
            by: .claimPending,
            [
                .int32s(ranges.campaigns), .int32s(ranges.firsts), .int32s(ranges.lasts), .int32s(ranges.places),
                .int32s(ranges.places.map { requests[Int($0) - 1].generation }),
                .int32s(requests.map(\.contactVersion)), .int64(token), .int64(workerRun),
            ]
        )
    }

    /// - Returns: The verdict on each job, as a number.
    /// - Throws: ``PostgresError``.
    fileprivate func claimJudged(
        _ requests: [ClaimRequest],
        _ token: ClaimToken,
        _ workerRun: WorkerRun
    ) throws -> [Int32] {
        try claim(
            requests,
            workerRun,
            by: .claimDeliveries,
            [
                .int32s(requests.map(\.key.campaign)), .int32s(requests.map(\.key.seq)),
                .int32s(requests.map(\.generation)), .int32s(requests.map(\.contactVersion)),
                .int16s(requests.map(\.attempt)), .int64(token), .int64(workerRun),
            ]
        )
    }

    /// What the statement returns for these jobs, in a transaction with the locks that it needs.
    private func claim(
        _ requests: [ClaimRequest],
        _ workerRun: WorkerRun,
        by statement: Statement,
        _ values: [PostgresValue]
    ) throws -> [Int32] {
        guard !requests.isEmpty else { return [] }
        let numbers = Mutex<[Int32]>([])
        let campaigns = Set(requests.map(\.key.campaign)).sorted()
        let locks = campaigns + [AdvisoryLock.number(of: workerRun)]
        let purposes = campaigns.map { _ in AdvisoryLock.campaign.rawValue } + [AdvisoryLock.workerRun.rawValue]
        try pipelinedTransaction([
            PipelineStep(.lockForClaim, [.int32s(purposes), .int32s(locks)]),
            PipelineStep(statement, values) { row in
                let number = try row.int32(0)
                numbers.withLock { $0.append(number) }
            },
        ])
        return numbers.withLock { $0 }
    }
}

extension Statement {
    /// Takes the locks that pause, cancel and the settling of a flight log wait for; in a separate statement, so that
    /// the claim's snapshot is younger.
    ///
    /// `$1` purposes; `$2` numbers: the campaigns, ascending, then the worker run.
    static let lockForClaim = Statement(
        "lock-for-claim",
        role: .worker,
        "SELECT pg_advisory_xact_lock_shared(purpose, number)::text FROM unnest($1::int[], $2::int[]) AS l(purpose, number)"
    )

    /// Claims those rows of first attempts that are pending and as they were read, and returns their places.
    ///
    /// Touches each row once: what a lock would have waited for, the update waits for and reads again. In
    /// (campaign, seq) order, as below, where all that is said of leases holds, too.
    /// `$1` to `$4` ranges of rows: campaigns, first and last seqs, places; `$5` their generations; `$6` versions of the
    /// contacts, by place; `$7` the claim's token; `$8` the worker run.
    static let claimPending = Statement(
        "claim-pending",
        role: .worker,
        isHot: true,
        """
        WITH running AS MATERIALIZED (
            SELECT a.campaign_id, a.first, a.last, a.place, g.lane_id
            FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::int[])
                AS a(campaign_id, first, last, place, generation)
            JOIN campaigns c ON c.campaign_id = a.campaign_id AND c.state = \(CampaignState.running.sql)
                AND (c.expires_at <= now()) IS NOT TRUE
            -- One lane for a range, or it would be read for each.
            JOIN campaign_lanes g ON g.campaign_id = a.campaign_id AND g.generation = a.generation
                AND a.first BETWEEN g.first_seq AND g.last_seq
            WHERE (SELECT \(isAlive("$8")))
            ORDER BY a.campaign_id, a.first
        ), claimed AS (
            UPDATE deliveries d
            SET state = \(DeliveryState.sending.sql), attempt = 1, token = $7::bigint, suspect = 0, changed_at = now()
            FROM running r
            WHERE d.campaign_id = r.campaign_id AND d.seq BETWEEN r.first AND r.last AND d.lane_id = r.lane_id
              AND d.state = \(DeliveryState.pending.sql) AND d.attempt = 0
              -- A subquery: joined, all contacts may be read.
              AND ($6::int[])[d.seq - r.first + r.place] = (
                  SELECT p.version FROM contacts p
                  WHERE p.contact_id = d.contact_id AND p.status = \(ContactStatus.active.sql)
              )
            RETURNING d.campaign_id, d.seq, d.seq - r.first + r.place AS place
        ), noted AS (
            INSERT INTO claims (token, campaign_id, incarnation, seqs)
            SELECT $7::bigint, campaign_id, $8::bigint, array_agg(seq) FROM claimed GROUP BY campaign_id
        )
        SELECT place FROM claimed
        """
    )

    /// A row if the installation knows this server and its timeline.
    ///
    /// A worker whose database was promoted or recovered claims nothing: it may not know what was sent. Neither happens
    /// while a session that can write lasts: a standby's sessions outlive its promotion, but there the timeline is an error
    /// before.
    static let knownDatabase = Statement(
        "known-database",
        role: .worker,
        """
        SELECT FROM installation i, pg_control_system() p
        WHERE i.system_identifier = p.system_identifier AND i.timeline = server_timeline()
        """
    )

    /// Whether a worker run holds its lease.
    private static func isAlive(_ workerRun: String) -> String {
        """
        EXISTS (
            SELECT FROM workers w WHERE w.incarnation = \(workerRun)::bigint AND w.alive_until > clock_timestamp()
        )
        """
    }

    /// Claims: gives each row its next state and every job its verdict, numbered as in ``Verdict``.
    ///
    /// Rows are locked in (campaign, seq) order, so that claims never deadlock, and judged by what the lock shows, so
    /// that a suppression that committed during the wait counts. Of several jobs for one row one is claimed. A worker
    /// with an expired lease claims nothing: the sweep would treat its messages as lost.
    /// `$1` campaigns; `$2` seqs; `$3` generations; `$4` versions of the contacts; `$5` attempts seen; `$6` the claim's
    /// token; `$7` the worker run.
    static let claimDeliveries = Statement(
        "claim-deliveries",
        role: .worker,
        isHot: true,
        """
        WITH asked AS MATERIALIZED (
            SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::smallint[])
            WITH ORDINALITY AS a(campaign_id, seq, generation, version, attempt, ord)
        ), locked AS MATERIALIZED (
            SELECT a.ord, a.generation, a.version, a.attempt AS seen,
                   d.campaign_id, d.seq, d.state, d.attempt, d.contact_id, d.lane_id
            FROM asked a JOIN deliveries d ON d.campaign_id = a.campaign_id AND d.seq = a.seq
            ORDER BY d.campaign_id, d.seq
            FOR NO KEY UPDATE OF d
        ), judged AS MATERIALIZED (
            SELECT l.ord, l.campaign_id, l.seq, l.state,
                   CASE WHEN NOT (SELECT \(isAlive("$7"))) THEN \(Verdict.leaseLost.sql)
                        WHEN l.state NOT IN (\(DeliveryState.waiting.sql)) THEN \(Verdict.final.sql)
                        WHEN row_number() OVER (
                            PARTITION BY l.campaign_id, l.seq ORDER BY l.generation DESC, l.ord
                        ) > 1 THEN \(Verdict.final.sql)
                        WHEN c.state = \(CampaignState.paused.sql) THEN \(Verdict.paused.sql)
                        WHEN c.state <> \(CampaignState.running.sql) OR c.expires_at <= now() THEN \(Verdict.held.sql)
                        WHEN l.state = \(DeliveryState.pending.sql) AND l.generation <> g.generation
                            THEN \(Verdict.oldGeneration.sql)
                        WHEN l.attempt <> l.seen OR p.version <> l.version
                            OR p.status <> \(ContactStatus.active.sql) THEN \(Verdict.changed.sql)
                        WHEN l.state = \(DeliveryState.deferred.sql) AND (r.due IS NULL OR r.due > now())
                            THEN \(Verdict.notDue.sql)
                        ELSE \(Verdict.claimed.sql) END AS verdict
            FROM locked l
            JOIN campaigns c ON c.campaign_id = l.campaign_id
            JOIN campaign_lanes g ON g.campaign_id = l.campaign_id AND g.lane_id = l.lane_id
            JOIN contacts p ON p.contact_id = l.contact_id
            -- A subquery: planned while the table was empty, a join would read all of it.
            LEFT JOIN LATERAL (
                SELECT r.due FROM retries r
                WHERE l.state = \(DeliveryState.deferred.sql) AND r.campaign_id = l.campaign_id AND r.seq = l.seq LIMIT 1
            ) AS r ON true
        ), woken AS (
            -- A retry outside this snapshot was created meanwhile: its row is not claimed, see below.
            DELETE FROM retries r USING judged j
            WHERE j.verdict = \(Verdict.claimed.sql) AND j.state = \(DeliveryState.deferred.sql)
              AND r.campaign_id = j.campaign_id AND r.seq = j.seq
            RETURNING r.campaign_id, r.seq
        ), marked AS (
            UPDATE deliveries d
            SET state = \(DeliveryState.sending.sql), attempt = d.attempt + 1, token = $6::bigint, changed_at = now()
            FROM judged j
            WHERE j.verdict = \(Verdict.claimed.sql) AND d.campaign_id = j.campaign_id AND d.seq = j.seq
              AND (j.state = \(DeliveryState.pending.sql)
                   OR EXISTS (SELECT FROM woken w WHERE w.campaign_id = j.campaign_id AND w.seq = j.seq))
            RETURNING d.campaign_id, d.seq, j.ord
        ), noted AS (
            INSERT INTO claims (token, campaign_id, incarnation, seqs)
            SELECT $6::bigint, campaign_id, $7::bigint, array_agg(seq) FROM marked GROUP BY campaign_id
            -- With this token some were claimed without being judged.
            ON CONFLICT (token, campaign_id) DO UPDATE SET seqs = claims.seqs || excluded.seqs
        )
        -- One sort: joined, the results would be compared each with each.
        SELECT verdict::int FROM (
            SELECT DISTINCT ON (ord) ord, verdict FROM (
                SELECT ord, 0 AS place, \(Verdict.claimed.sql) AS verdict FROM marked
                UNION ALL
                SELECT ord, 1, CASE verdict WHEN \(Verdict.claimed.sql) THEN \(Verdict.notDue.sql) ELSE verdict END
                FROM judged
                UNION ALL
                SELECT ord, 2, \(Verdict.unknown.sql) FROM asked
            ) AS found ORDER BY ord, place
        ) AS judgement ORDER BY ord
        """
    )
}
