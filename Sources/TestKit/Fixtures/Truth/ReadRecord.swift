import Core
import DatabaseClient

extension PostgresConnection {
    /// Reads the input of ``Truth``; the caller's transaction makes it one snapshot.
    func readRecord(of campaign: CampaignID) throws -> CampaignRecord {
        let key = [PostgresValue.int32(campaign)]
        let heads = try rows(.readCampaign, key) { row in
            (policy: try row.int16(0), state: try row.int16(1), audience: Int(try row.int32(2)))
        }
        guard let head = heads.first, let policy = DeliveryPolicy(rawValue: head.policy),
            let state = CampaignState(rawValue: head.state)
        else { throw Stage.Missing(description: "there is no campaign \(campaign)") }
        let counted = try rows(.readCounters, key) { try $0.int64s(0) }.first ?? []
        let counters = zip(DeliveryState.allCases, counted).map { ($0, Int($1)) }
        return CampaignRecord(
            campaign: campaign,
            policy: policy,
            state: state,
            audience: head.audience,
            rows: try rows(.readRows, key) { try CampaignRecord.Row($0) },
            counters: Dictionary(uniqueKeysWithValues: counters),
            retries: try rows(.readRetries, key) { try $0.int32(0) },
            claims: try rows(.readClaims, key) { row in
                CampaignRecord.Claim(
                    token: try row.int64(0),
                    seqs: try row.int32s(1),
                    deadForSeconds: try row.optionalDouble(2)
                )
            },
            replies: try rows(.readReplies, key) { row in
                CampaignRecord.Reply(seq: try row.int32(0), judgement: try row.int16(1), text: try row.text(2))
            },
            deadLetters: try rows(.readDeadLetters, key) { row in
                CampaignRecord.DeadLettered(seq: try row.int32(0), detail: try row.text(1))
            },
            marks: try rows(try commitTimesAreKept() ? .readMarksByCommit : .readMarks, key) { row in
                CampaignRecord.Mark(seq: try row.int32(0), attempt: try row.int16(1), time: try row.double(2))
            },
            objections: try rows(.readObjections, key) { try Breach($0) }
        )
    }

    private func commitTimesAreKept() throws -> Bool {
        try rows(.commitTimesAreKept) { try $0.bool(0) } == [true]
    }
}

extension CampaignRecord.Row {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        let number = try row.int16(3)
        guard let state = DeliveryState(rawValue: number) else {
            throw Stage.Missing(description: "state \(number) is unknown")
        }
        self.init(
            seq: try row.int32(0),
            contact: try row.int64(1),
            address: try row.text(2),
            state: state,
            attempt: try row.int16(4),
            code: try row.int16(5),
            reason: try row.int16(6),
            token: try row.int64(7),
            reopened: try row.int16(8),
            isRecalled: try row.bool(9),
            hasOptedOut: try row.bool(10),
            bounces: Int(try row.int64(11)),
            changedAt: try row.double(12)
        )
    }
}

extension Breach {
    init(_ row: borrowing PostgresRow) throws {
        let invariant = Invariant(rawValue: try row.text(1)) ?? .transitions
        self.init(invariant, "\(try row.int32(0)): \(try row.text(2))")
    }
}

// `$1` campaign, in all of them.
extension Statement {
    fileprivate static let readCampaign = Statement(
        "read-campaign",
        "SELECT policy, state, audience FROM campaigns WHERE campaign_id = $1"
    )
    fileprivate static let readCounters = Statement(
        "read-counters",
        """
        SELECT ARRAY[sum(pending), sum(sending), sum(deferred), sum(accepted), sum(failed), sum(suppressed),
                     sum(uncertain), sum(cancelled), sum(expired), sum(dead)]::bigint[]
        FROM counters WHERE campaign_id = $1 GROUP BY campaign_id
        """
    )
    fileprivate static let readRows = Statement(
        "read-rows",
        """
        SELECT d.seq, d.contact_id, c.address, d.state, d.attempt, d.code, d.reason, d.token, d.reopened, d.recalled,
               c.status <> 0 OR m.status IS DISTINCT FROM 0 AND k.kind = 0 OR EXISTS (
                   SELECT FROM suppressions s
                   WHERE s.account_id = c.account_id AND s.address_hash = c.address_hash
                     AND (s.scope = 0 OR k.kind = 0 AND (s.scope = 1 OR s.scope = 2 AND s.list_id = d.list_id)))
                 OR EXISTS (SELECT FROM service_blocks b WHERE b.address_hash = c.address_hash),
               (SELECT count(*) FROM bounces b WHERE b.campaign_id = d.campaign_id AND b.seq = d.seq AND b.kind = 1),
               extract(epoch FROM d.changed_at)::float8
        FROM deliveries d
        JOIN campaigns k ON k.campaign_id = d.campaign_id
        JOIN contacts c ON c.contact_id = d.contact_id
        LEFT JOIN list_members m ON m.list_id = d.list_id AND m.contact_id = d.contact_id
        WHERE d.campaign_id = $1 ORDER BY d.seq
        """
    )
    fileprivate static let readRetries = Statement("read-retries", "SELECT seq FROM retries WHERE campaign_id = $1")
    fileprivate static let readClaims = Statement(
        "read-claims",
        """
        SELECT k.token, k.seqs,
               CASE WHEN w.alive_until > now() THEN NULL
                    ELSE extract(epoch FROM now() - COALESCE(w.alive_until, k.claimed_at))::float8 END
        FROM claims k LEFT JOIN workers w USING (incarnation) WHERE k.campaign_id = $1
        """
    )
    fileprivate static let readReplies = Statement(
        "read-replies",
        "SELECT seq, judgement, reply FROM replies WHERE campaign_id = $1"
    )
    fileprivate static let readDeadLetters = Statement(
        "read-dead-letters",
        "SELECT seq, detail FROM dead_letters WHERE campaign_id = $1 AND seq IS NOT NULL"
    )
    fileprivate static let readMarks = Statement(
        "read-marks",
        "SELECT seq, attempt, extract(epoch FROM marked_at)::float8 FROM oracle.marks WHERE campaign_id = $1"
    )
    fileprivate static let readMarksByCommit = Statement(
        "read-marks-by-commit",
        """
        SELECT seq, attempt, extract(epoch FROM COALESCE(pg_xact_commit_timestamp(xmin), marked_at))::float8
        FROM oracle.marks WHERE campaign_id = $1
        """
    )
    fileprivate static let commitTimesAreKept = Statement(
        "commit-times-are-kept",
        "SELECT current_setting('track_commit_timestamp')::bool"
    )
    /// `$1` may be NULL, for all.
    static let readObjections = Statement(
        "read-objections",
        """
        SELECT seq, invariant, words FROM oracle.objections WHERE campaign_id = COALESCE($1::int, campaign_id)
        ORDER BY raised_at LIMIT 100
        """
    )
    /// One row for each state of a delivery.
    static let readTotals = Statement(
        "read-totals",
        """
        SELECT c.state, c.audience, s.state, COALESCE(k.n, 0), COALESCE(d.n, 0),
               (SELECT count(*) FROM retries r WHERE r.campaign_id = c.campaign_id)
        FROM campaigns c
        CROSS JOIN (SELECT generate_series(0, 9)::smallint) AS s(state)
        LEFT JOIN (
            SELECT state, sum(n)::bigint AS n FROM counters,
                LATERAL unnest(ARRAY[pending, sending, deferred, accepted, failed, suppressed, uncertain, cancelled,
                                     expired, dead]) WITH ORDINALITY AS u(n, place),
                LATERAL (SELECT (place - 1)::smallint) AS p(state)
            WHERE campaign_id = $1 GROUP BY state
        ) AS k ON k.state = s.state
        LEFT JOIN (
            SELECT state, count(*) AS n FROM deliveries WHERE campaign_id = $1 GROUP BY state
        ) AS d ON d.state = s.state
        WHERE c.campaign_id = $1
        """
    )
}
