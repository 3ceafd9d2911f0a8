import Core
import DatabaseClient

/// Refusals during SMTP, judged by the same rules and with the same consequences as later bounces.
///
/// Only a final refusal has consequences for its recipient; a deferral counts for the statistics and, where it is about
/// the sender, for the throttle. Several may judge at once: each reply is judged once.
package struct ReplyJudgements: Sendable {
    /// Explains why a reply refused.
    package typealias Classify = @Sendable (SMTPReply, SMTPStep) -> BounceFinding

    /// The result for a batch.
    package struct Batch: Sendable {
        /// The number of replies read.
        package let count: Int
        /// The number of the last of them.
        package let last: Int64
        /// Those about a recipient, to be judged one by one.
        package let weighty: [Int64]
    }

    private let pool: PostgresPool
    private let classify: Classify

    package init(_ pool: PostgresPool, classify: @escaping Classify) {
        self.pool = pool
        self.classify = classify
    }

    /// Records the number of finished messages in each active lane, for the throttles.
    package func notePulse() async throws {
        try await pool.withConnection { connection in
            try await connection.run(.notePulse)
            try await connection.run(.dropOldPulses)
        }
    }

    /// Judges at most `limit` replies above a number, as far as they need no further locks.
    package func judgeBatch(after reply: Int64, limit: Int32 = 500) async throws -> Batch {
        let classify = classify
        return try await pool.withConnection { connection in
            try await connection.transaction { connection in
                let replies = try connection.rows(
                    .repliesToJudge,
                    [.int64(reply), .int32(limit)],
                    UnjudgedReply.init
                )
                let found = replies.map { (reply: $0, finding: $0.finding(classify)) }
                let light = found.filter { !$0.reply.isWeighty($0.finding) }
                try connection.note(light)
                return Batch(
                    count: replies.count,
                    last: replies.last?.id ?? reply,
                    weighty: found.filter { $0.reply.isWeighty($0.finding) }.map(\.reply.id)
                )
            }
        }
    }

    /// Judges one reply with its consequences, like a bounce.
    package func judge(_ reply: Int64) async throws {
        let classify = classify
        try await pool.withConnection { connection in
            try await connection.transaction { connection in
                let replies = try connection.rows(.replyToJudge, [.int64(reply)], UnjudgedReply.init)
                guard let reply = replies.first, let finding = reply.finding(classify) else { return }
                try connection.run(.noteJudgements, [.int64s([reply.id]), .int16s([finding.reason.number])])
                guard let delivery = try connection.returnedDelivery(reply.key) else { return }
                let message = ReturnedMessage(
                    kind: .reply,
                    source: .reply(reply.id),
                    at: reply.at,
                    detail: reply.text,
                    proof: .none,
                    attempt: reply.attempt,
                    status: reply.status,
                    reason: finding.reason,
                    consequence: finding.consequence
                )
                try connection.enter(message, of: delivery, suppressing: nil)
            }
        }
    }
}

/// An unjudged reply, with the state of its message.
private struct UnjudgedReply: Sendable {
    let id: Int64
    let key: DeliveryKey
    let account: AccountID
    let attempt: Int16
    let step: SMTPStep?
    let code: Int
    let text: String
    let at: Double
    /// `nil` if the message's row is gone.
    let lane: LaneID?
    let contact: ContactID?
    /// Whether it ended the message.
    let isFinal: Bool

    init(_ row: borrowing PostgresRow) throws {
        id = try row.int64(0)
        key = DeliveryKey(campaign: try row.int32(1), seq: try row.int32(2))
        account = try row.int32(3)
        attempt = try row.int16(4)
        step = SMTPStep(rawValue: try row.int16(5))
        code = Int(try row.int16(6))
        text = try row.text(7)
        at = try row.double(8)
        lane = try row.optionalInt16(9)
        contact = try row.optionalInt64(10)
        isFinal = try row.bool(11)
    }

    /// `nil` for Veredus's own texts: no connection, a dead worker.
    func finding(_ classify: ReplyJudgements.Classify) -> BounceFinding? {
        guard (400..<600).contains(code), let step, lane != nil else { return nil }
        return classify(SMTPReply(code: code, text: Array(text.utf8)), step)
    }

    /// Whether it can have a consequence for the recipient.
    func isWeighty(_ finding: BounceFinding?) -> Bool {
        guard isFinal, let finding else { return false }
        return finding.consequence == .hard || finding.consequence == .soft
    }

    /// Whether it counts towards a throttle: a refusal of the sender for good, or "too fast" at any time.
    ///
    /// Other deferrals do not: greylisting defers every first attempt.
    func throttles(_ finding: BounceFinding?) -> Bool {
        guard let finding, finding.consequence == .block else { return false }
        return isFinal || finding.reason == .rateLimited
    }

    /// The enhanced status code that the text begins with.
    var status: String {
        EnhancedStatus(startOf: Array(text.utf8)).map { "\($0.statusClass).\($0.subject).\($0.detail)" } ?? ""
    }
}

extension PostgresConnection {
    /// Notes the judgement of replies that suppress nobody.
    fileprivate func note(_ found: [(reply: UnjudgedReply, finding: BounceFinding?)]) throws {
        guard !found.isEmpty else { return }
        try run(
            .noteJudgements,
            [.int64s(found.map(\.reply.id)), .int16s(found.map { $0.finding?.reason.number ?? 0 })]
        )
        let ended = found.filter { $0.reply.isFinal && $0.finding != nil }
        try run(
            .insertReplyBounces,
            [
                .int64s(ended.map(\.reply.id)), .int16s(ended.map { $0.finding?.reason.number ?? 0 }),
                .int16s(ended.map { $0.finding?.consequence.number ?? 0 }), .texts(ended.map(\.reply.status)),
            ]
        )
        let blocks = found.filter { $0.reply.throttles($0.finding) }
        let places = Dictionary(grouping: blocks) { block in
            ThrottlePlace(account: block.reply.account, lane: block.reply.lane ?? 0)
        }
        // In the common order: each locks the row of its minute.
        for place in places.keys.sorted() {
            let count = Int32(clamping: places[place]?.count ?? 0)
            for entry in try countBlocks(count, account: place.account, lane: place.lane) {
                try write(entry, by: Self.returningActor, account: place.account)
            }
        }
    }
}

private struct ThrottlePlace: Hashable, Comparable {
    let account: AccountID
    let lane: LaneID

    static func < (left: Self, right: Self) -> Bool { (left.account, left.lane) < (right.account, right.lane) }
}

extension Statement {
    /// Final is a refusal that is never tried again, and the last of a message that used its attempts up.
    private static let unjudged = """
        SELECT r.reply_id, r.campaign_id, r.seq, r.account_id, r.attempt, r.step, r.code, r.reply,
               extract(epoch FROM r.replied_at)::float8, d.lane_id, d.contact_id,
               r.judgement IN (\(Judgement.never.sql), \(Judgement.notThisMessage.sql))
                   OR COALESCE(r.judgement = \(Judgement.later.sql) AND d.state = \(DeliveryState.failed.sql)
                       AND d.reason = \(DeliveryReason.attemptsExhausted.sql) AND d.attempt = r.attempt, false)
        FROM replies r LEFT JOIN deliveries d ON d.campaign_id = r.campaign_id AND d.seq = r.seq
        """
    /// `$1` above this number; `$2` how many.
    static let repliesToJudge = Statement(
        "replies-to-judge",
        role: .inbound,
        isHot: true,
        unjudged + """
             WHERE r.bounce_reason IS NULL AND r.reply_id > $1
            ORDER BY r.reply_id LIMIT $2 FOR UPDATE OF r SKIP LOCKED
            """
    )
    /// `$1` reply. No row while another program judges it.
    static let replyToJudge = Statement(
        "reply-to-judge",
        role: .inbound,
        isHot: true,
        unjudged + " WHERE r.reply_id = $1 AND r.bounce_reason IS NULL FOR UPDATE OF r SKIP LOCKED"
    )
    /// `$1` replies; `$2` reasons.
    static let noteJudgements = Statement(
        "note-judgements",
        role: .inbound,
        isHot: true,
        """
        UPDATE replies r SET bounce_reason = j.reason FROM unnest($1::bigint[], $2::smallint[]) AS j(reply_id, reason)
        WHERE r.reply_id = j.reply_id
        """
    )
    /// `$1` replies; `$2` reasons; `$3` consequences; `$4` status codes.
    static let insertReplyBounces = Statement(
        "insert-reply-bounces",
        role: .inbound,
        isHot: true,
        """
        INSERT INTO bounces (account_id, campaign_id, seq, attempt, kind, detail, source_hash, reply_id, contact_id,
                             lane_id, reason, consequence, status, created_at)
        SELECT r.account_id, r.campaign_id, r.seq, r.attempt, \(BounceKind.reply.sql), r.reply,
               convert_to('reply ' || r.reply_id, 'UTF8'), r.reply_id,
               d.contact_id, d.lane_id, j.reason, j.consequence, j.status, r.replied_at
        FROM unnest($1::bigint[], $2::smallint[], $3::smallint[], $4::text[]) AS j(reply_id, reason, consequence, status)
        JOIN replies r ON r.reply_id = j.reply_id
        JOIN deliveries d ON d.campaign_id = r.campaign_id AND d.seq = r.seq
        ON CONFLICT DO NOTHING
        """
    )
}
