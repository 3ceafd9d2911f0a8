import Core
import DatabaseClient

extension PostgresDeliveryStore {
    package func record(_ results: [DeliveryResult], finished: [ClaimToken]) async throws {
        var accepted: [DeliveryResult] = []
        var rest: [DeliveryResult] = []
        // In the order in which a claim locks rows, to avoid deadlocks. A range has no second result for a row.
        for result in results.sorted(by: { $0.key < $1.key }) {
            if result.isPlainAcceptance, accepted.last?.key != result.key {
                accepted.append(result)
            } else {
                rest.append(result)
            }
        }
        try await pool.withConnection { [accepted, rest] connection in
            var rest = rest
            if !accepted.isEmpty {
                // Claims end with the last of their results.
                let count = try await connection.recordAccepted(accepted, finished: rest.isEmpty ? finished : [])
                // Where the sweep came first a row waits to be sent again, and must not be.
                if count < accepted.count { rest = (rest + accepted).sorted { $0.key < $1.key } }
            }
            if !rest.isEmpty || accepted.isEmpty { _ = try await connection.recordResults(rest, finished: finished) }
        }
    }
}

extension DeliveryResult {
    /// Whether nothing is to be written but the state and the reply's code.
    fileprivate var isPlainAcceptance: Bool {
        state == .accepted && reason == .none && countsAsAttempt && outcome.judgement == .accepted
    }
}

extension PostgresConnection {
    /// - Returns: How many were recorded.
    fileprivate func recordAccepted(_ results: [DeliveryResult], finished: [ClaimToken]) throws -> Int {
        let ranges = DeliveryRanges(results, by: \.key)
        return try rows(
            .recordAccepted,
            [
                .int32s(ranges.campaigns), .int32s(ranges.firsts), .int32s(ranges.lasts), .int32s(ranges.places),
                .int64s(results.map(\.token)), .int16s(results.map(\.code)), .int64s(finished),
            ]
        ) { Int(try $0.int32(0)) }.first ?? 0
    }

    /// - Returns: How many were recorded.
    func recordResults(_ results: [DeliveryResult], finished: [ClaimToken]) throws -> Int {
        try rows(
            .recordResults,
            [
                .int32s(results.map(\.key.campaign)), .int32s(results.map(\.key.seq)),
                .int64s(results.map(\.token)), .int16s(results.map(\.state.rawValue)),
                .int16s(results.map(\.reason.rawValue)), .int16s(results.map(\.code)),
                .doubles(results.map(\.waitSeconds)), .bools(results.map(\.countsAsAttempt)),
                .int16s(results.map(\.outcome.judgement.rawValue)), .int16s(results.map(\.outcome.step.rawValue)),
                .texts(results.map { $0.outcome.judgement == .accepted ? "" : $0.outcome.text }), .int64s(finished),
            ]
        ) { Int(try $0.int32(0)) }.first ?? 0
    }
}

extension Statement {
    /// Records accepted deliveries, as `record-results` does, for nearly all of them: by ranges, and with nothing to
    /// retry and no reply to keep.
    ///
    /// `$1` to `$4` ranges of rows: campaigns, first and last seqs, places; `$5` tokens and `$6` SMTP codes, by place;
    /// `$7` tokens with nothing left in flight. The result is how many were recorded.
    static let recordAccepted = Statement(
        "record-accepted",
        role: .worker,
        isHot: true,
        """
        WITH recorded AS (
            UPDATE deliveries d
            SET state = \(DeliveryState.accepted.sql), reason = \(DeliveryReason.none.sql),
                code = ($6::smallint[])[d.seq - a.first + a.place], changed_at = now()
            FROM unnest($1::int[], $2::int[], $3::int[], $4::int[]) AS a(campaign_id, first, last, place)
            WHERE d.campaign_id = a.campaign_id AND d.seq BETWEEN a.first AND a.last
              AND d.token = ($5::bigint[])[d.seq - a.first + a.place]
              AND d.state IN (\(DeliveryState.sending.sql), \(DeliveryState.uncertain.sql))
            RETURNING 1
        ), ended AS (
            DELETE FROM claims WHERE token = ANY ($7::bigint[])
        )
        SELECT count(*)::int FROM recorded
        """
    )

    /// Records the outcomes of deliveries.
    ///
    /// Safe to repeat: it skips rows whose token has changed or that are already recorded. A row that the sweep made
    /// `uncertain` meanwhile takes the result; one that it deferred takes a final one, and is not sent again. Recipients
    /// who opted out during sending are not retried.
    /// `$1` campaigns; `$2` seqs; `$3` tokens; `$4` states; `$5` reasons; `$6` SMTP codes, 0 without a reply;
    /// `$7` seconds to wait, for deferred; `$8` whether the attempt counts; `$9` judgements; `$10` steps;
    /// `$11` replies' texts, '' for none; `$12` tokens with nothing left in flight. The result is how many were recorded.
    static let recordResults = Statement(
        "record-results",
        role: .worker,
        isHot: true,
        """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[],
                                 $7::float8[], $8::boolean[], $9::smallint[], $10::smallint[], $11::text[])
            AS g(campaign_id, seq, token, state, reason, code, wait, counts, judgement, step, reply)
        ), recorded AS (
            UPDATE deliveries d
            SET state = CASE WHEN g.state = \(DeliveryState.deferred.sql) AND d.recalled
                             THEN \(DeliveryState.suppressed.sql) ELSE g.state END,
                reason = CASE WHEN g.state = \(DeliveryState.deferred.sql) AND d.recalled
                              THEN \(DeliveryReason.recalled.sql) ELSE g.reason END,
                attempt = CASE WHEN g.counts THEN d.attempt ELSE d.attempt - 1 END,
                suspect = CASE WHEN g.counts THEN 0 ELSE d.suspect END,
                code = g.code, changed_at = now()
            FROM given g
            WHERE d.campaign_id = g.campaign_id AND d.seq = g.seq AND d.token = g.token
                  AND (d.state = \(DeliveryState.sending.sql)
                       OR d.state IN (\(DeliveryState.uncertain.sql), \(DeliveryState.deferred.sql))
                           AND g.state NOT IN (\(DeliveryState.deferred.sql), \(DeliveryState.uncertain.sql)))
            RETURNING d.campaign_id, d.seq, d.account_id, d.lane_id, d.state, d.attempt,
                      g.wait, g.judgement, g.step, g.code, g.reply
        ), waiting AS (
            INSERT INTO retries (campaign_id, seq, account_id, lane_id, due, publish_at)
            SELECT campaign_id, seq, account_id, lane_id,
                   now() + wait * interval '1 second', now() + wait * interval '1 second'
            FROM recorded WHERE state = \(DeliveryState.deferred.sql)
            ON CONFLICT (campaign_id, seq) DO UPDATE SET due = excluded.due, publish_at = excluded.publish_at
        ), taken_back AS (
            DELETE FROM retries r USING recorded d
            WHERE d.state <> \(DeliveryState.deferred.sql) AND r.campaign_id = d.campaign_id AND r.seq = d.seq
        ), said AS (
            INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
            SELECT campaign_id, seq, account_id, attempt, judgement, step, code, reply FROM recorded WHERE reply <> ''
        ), ended AS (
            DELETE FROM claims WHERE token = ANY ($12::bigint[])
        )
        SELECT count(*)::int FROM recorded
        """
    )
}
