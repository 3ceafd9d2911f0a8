import Core
import DatabaseClient

/// The kind of a bounce; `bounces.kind`.
package enum BounceKind: Int16, Sendable, CaseIterable {
    /// Refused during SMTP.
    case reply = 0
    /// Accepted, then bounced.
    case mail = 1
    case complaint = 2
    case unsubscribe = 3

    /// Those of a message that did not arrive.
    package static let bounces: [BounceKind] = [.reply, .mail]
}

/// The delivery that returned mail is about, and its account.
struct ReturnedDelivery: Sendable {
    let key: DeliveryKey
    let account: AccountID
    let contact: ContactID
    /// Empty once the contact is erased.
    let address: String
    let addressHash: [UInt8]
    let hashKey: Int16
    let list: Int32
    let lane: LaneID
    let state: DeliveryState?
    let attempt: Int16
}

/// A bounce, complaint or opt-out to store in `bounces`.
struct ReturnedMessage: Sendable {
    /// Its source; each is entered once.
    enum Source: Sendable {
        case mail(Int64)
        case reply(Int64)
    }

    /// Its evidence about a row with unknown outcome.
    enum Proof: Sendable { case none, arrival, failure }

    let kind: BounceKind
    let source: Source
    /// Seconds since 1970.
    let at: Double
    /// Without any address.
    let detail: String
    let proof: Proof
    var attempt: Int16?
    var status = ""
    var reason: BounceReason?
    var consequence = BounceConsequence.nothing
}

/// The scope of an opt-out or bounce.
struct SaidNo: Sendable {
    let scope: SuppressionScope
    let reason: SuppressionReason
    let source: String
    /// `nil` for a bounce.
    var way: OptOutWay?
}

extension PostgresConnection {
    /// The actor for returned mail in the audit log.
    static let returningActor = "inbound"

    func returnedDelivery(_ key: DeliveryKey) throws -> ReturnedDelivery? {
        try rows(.returnedDelivery, [.int32(key.campaign), .int32(key.seq)]) { row in
            ReturnedDelivery(
                key: key,
                account: try row.int32(0),
                contact: try row.int64(1),
                address: try row.text(2),
                addressHash: try row.bytes(3),
                hashKey: try row.int16(4),
                list: try row.int32(5),
                lane: try row.int16(6),
                state: DeliveryState(rawValue: try row.int16(7)),
                attempt: try row.int16(8)
            )
        }.first
    }

    /// Enters a bounce, complaint or opt-out with its consequences; does nothing if it was entered before.
    ///
    /// Locks come first, in the common order: the account as a suppression does, then rows as a claim does. The audit
    /// log comes last. `saidNo` is the recipient's request; `nil` leaves it to the consequence of the bounce.
    func enter(_ message: ReturnedMessage, of delivery: ReturnedDelivery, suppressing saidNo: SaidNo?) throws {
        let account = PostgresValue.int32(delivery.account)
        try run(.shareAccount, [account])
        let contacts = try rows(.contactsByHash, [account, .bytes(delivery.addressHash)]) { try $0.int64(0) }
        try run(.lockReturned, [.int32(delivery.key.campaign), account, .int64s(contacts)])
        guard try insert(message, of: delivery) else { return }
        var entries: [AuditEntry] = []
        if let no = try saidNo ?? conclusion(from: message, of: delivery, contacts: contacts) {
            let receipt = try suppress(
                Suppression(
                    account: delivery.account,
                    addressHash: delivery.addressHash,
                    hashKey: delivery.hashKey,
                    scope: no.scope,
                    list: no.scope == .list ? delivery.list : 0,
                    reason: no.reason,
                    source: no.source,
                    way: no.way,
                    message: no.way == nil ? nil : delivery.key
                )
            )
            let subject = "contact \(delivery.contact): \(receipt.recalled) recalled"
            entries.append(AuditEntry("suppress.\(no.scope.name)", subject, reason: no.source))
        }
        try prove(message.proof, delivery)
        if message.consequence == .block, try isFirstBlock(of: delivery.key) {
            entries += try countBlocks(1, account: delivery.account, lane: delivery.lane)
        }
        for entry in entries { try write(entry, by: Self.returningActor, account: delivery.account) }
    }

    private func insert(_ message: ReturnedMessage, of delivery: ReturnedDelivery) throws -> Bool {
        let (name, mail, reply): (String, PostgresValue, PostgresValue) =
            switch message.source {
            case .mail(let id): ("mail \(id)", .int64(id), .null)
            case .reply(let id): ("reply \(id)", .null, .int64(id))
            }
        let added = try run(
            .insertBounce,
            [
                .int32(delivery.account), .int32(delivery.key.campaign), .int32(delivery.key.seq),
                .int16(message.attempt ?? delivery.attempt), .int16(message.kind.rawValue),
                // A server's text about an erased recipient may name them.
                .text(delivery.address.isEmpty ? "" : message.detail),
                .bytes(Array(name.utf8)), mail, reply, .int64(delivery.contact), .int16(delivery.lane),
                .int16(message.reason?.number ?? 0), .int16(message.consequence.number), .text(message.status),
                .double(message.at),
            ]
        )
        return added == 1
    }

    /// The suppression that a bounce causes, by ``BounceVerdict``.
    private func conclusion(
        from message: ReturnedMessage,
        of delivery: ReturnedDelivery,
        contacts: [ContactID]
    ) throws -> SaidNo? {
        let words = [message.reason?.rawValue, message.status.isEmpty ? nil : message.status].compactMap { $0 }
        let source = "campaign \(delivery.key.campaign): \(words.joined(separator: " "))"
        let verdict = try BounceVerdict(message.consequence) {
            try rows(.softBouncesInARow, [.int32(delivery.account), .int64s(contacts)]) { row in
                (inARow: try row.int64(0), limit: try row.int16(1))
            }.only(of: .softBouncesInARow)
        }
        switch verdict {
        case .suppressHard: return SaidNo(scope: .all, reason: .hardBounce, source: source)
        case .suppressSoft(let inARow):
            return SaidNo(scope: .all, reason: .softBounces, source: "\(source), \(inARow) in a row")
        case .nothing: return nil
        }
    }

    /// A message counts once towards the throttle, however many reports there are: its recipient can forge some.
    private func isFirstBlock(of key: DeliveryKey) throws -> Bool {
        let blocks = try rows(.blocksOfMessage, [.int32(key.campaign), .int32(key.seq)]) { try $0.int64(0) }
        return blocks == [1]
    }

    private func prove(_ proof: ReturnedMessage.Proof, _ delivery: ReturnedDelivery) throws {
        let key: [PostgresValue] = [.int32(delivery.key.campaign), .int32(delivery.key.seq)]
        switch proof {
        case .none: break
        case .arrival: try run(.proveArrival, key)
        case .failure: try run(.proveFailure, key)
        }
    }
}

extension Statement {
    static let returning: [Statement] = [
        .returnedDelivery, .lockReturned, .insertBounce, .softBouncesInARow, .blocksOfMessage, .proveArrival,
        .proveFailure,
        .countBlocks, .throttleFacts, .putOnThrottle, .notePulse, .dropOldPulses, .repliesToJudge, .replyToJudge,
        .noteJudgements,
        .insertReplyBounces,
    ]

    /// `$1` campaign; `$2` seq.
    static let returnedDelivery = Statement(
        "returned-delivery",
        role: .inbound,
        isHot: true,
        """
        SELECT d.account_id, d.contact_id, c.address, c.address_hash, c.hash_key, d.list_id, d.lane_id, d.state, d.attempt
        FROM deliveries d JOIN contacts c ON c.contact_id = d.contact_id
        WHERE d.campaign_id = $1 AND d.seq = $2
        """
    )
    /// Locks what a suppression may recall and what something came back for, together and in the order of the claim.
    ///
    /// `$1` campaign of the delivery; `$2` account; `$3` contacts.
    static let lockReturned = Statement(
        "lock-returned",
        role: .inbound,
        isHot: true,
        """
        SELECT d.seq FROM deliveries d
        WHERE d.contact_id = ANY ($3::bigint[]) AND d.campaign_id = ANY (
            ARRAY (
                SELECT c.campaign_id FROM campaigns c
                WHERE c.account_id = $2 AND c.state IN (\(CampaignState.open.sql))) || $1::int)
          AND (d.state IN (\(DeliveryState.open.sql)) OR d.campaign_id = $1)
        ORDER BY d.campaign_id, d.seq FOR UPDATE
        """
    )
    /// `$1` account; `$2` campaign; `$3` seq; `$4` attempt; `$5` kind; `$6` detail; `$7` what makes it one of its kind;
    /// `$8` mail; `$9` reply; `$10` contact; `$11` lane; `$12` reason; `$13` consequence; `$14` status; `$15` when.
    static let insertBounce = Statement(
        "insert-bounce",
        role: .inbound,
        isHot: true,
        """
        INSERT INTO bounces (account_id, campaign_id, seq, attempt, kind, detail, source_hash, mail_id, reply_id,
                             contact_id, lane_id, reason, consequence, status, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, to_timestamp($15))
        ON CONFLICT DO NOTHING
        """
    )
    /// A recipient's consecutive soft bounces within the account's days, and the account's limit.
    ///
    /// A delivered message resets the counter, as of the last SMTP reply about it. For refusals during SMTP it does so
    /// at once: that server would have refused it, too. Bounces by mail may come days later, as long as queues keep a
    /// message: for those it shows a good mailbox only if it was accepted more than five days before the newest bounce.
    /// Blocks neither count nor reset. `$1` account; `$2` contacts.
    static let softBouncesInARow = Statement(
        "soft-bounces-in-a-row",
        role: .inbound,
        isHot: true,
        """
        WITH rule AS (
            SELECT soft_bounces, now() - soft_bounce_days * interval '1 day' AS since FROM accounts WHERE account_id = $1
        ), good AS (
            SELECT max(d.changed_at) AS at,
                   max(d.changed_at) FILTER (WHERE d.changed_at < (
                       SELECT max(created_at) FROM bounces
                       WHERE contact_id = ANY ($2::bigint[]) AND kind IN (\(BounceKind.bounces.sql))
                         AND consequence = \(BounceConsequence.soft.sql)
                   ) - interval '5 days') AS long_before
            FROM campaigns c
            JOIN deliveries d ON d.campaign_id = c.campaign_id AND d.contact_id = ANY ($2::bigint[])
            WHERE c.account_id = $1 AND c.state IN (\(CampaignState.sent.sql)) AND d.state = \(DeliveryState.accepted.sql)
              AND d.changed_at > (SELECT since FROM rule)
              AND (c.finished_at IS NULL OR c.finished_at > (SELECT since FROM rule))
              AND NOT EXISTS (
                SELECT FROM bounces b
                WHERE b.campaign_id = d.campaign_id AND b.seq = d.seq AND b.kind IN (\(BounceKind.bounces.sql))
                  AND b.consequence <> \(BounceConsequence.nothing.sql))
        )
        SELECT (SELECT count(DISTINCT (b.campaign_id, b.seq))
                FROM bounces b
                JOIN deliveries d ON d.campaign_id = b.campaign_id AND d.seq = b.seq
                WHERE b.contact_id = ANY ($2::bigint[]) AND b.created_at > (SELECT since FROM rule)
                  AND b.kind IN (\(BounceKind.bounces.sql)) AND b.consequence = \(BounceConsequence.soft.sql)
                  AND d.changed_at > COALESCE(
                      (SELECT CASE b.kind WHEN \(BounceKind.reply.sql) THEN at ELSE long_before END FROM good),
                      '-infinity')),
               (SELECT soft_bounces FROM rule)
        """
    )
    /// `$1` campaign; `$2` seq.
    static let blocksOfMessage = Statement(
        "blocks-of-message",
        role: .inbound,
        isHot: true,
        """
        SELECT count(*) FROM bounces
        WHERE campaign_id = $1 AND seq = $2 AND kind IN (\(BounceKind.bounces.sql))
          AND consequence = \(BounceConsequence.block.sql)
        """
    )
    /// `$1` campaign; `$2` seq.
    static let proveArrival = Statement(
        "prove-arrival",
        role: .inbound,
        isHot: true,
        """
        UPDATE deliveries SET state = \(DeliveryState.accepted.sql), reason = \(DeliveryReason.seen.sql),
            changed_at = now()
        WHERE campaign_id = $1 AND seq = $2 AND state = \(DeliveryState.uncertain.sql)
        """
    )
    /// `$1` campaign; `$2` seq.
    static let proveFailure = Statement(
        "prove-failure",
        role: .inbound,
        isHot: true,
        """
        UPDATE deliveries SET state = \(DeliveryState.failed.sql), reason = \(DeliveryReason.bounced.sql),
            changed_at = now()
        WHERE campaign_id = $1 AND seq = $2 AND state = \(DeliveryState.uncertain.sql)
        """
    )
}
