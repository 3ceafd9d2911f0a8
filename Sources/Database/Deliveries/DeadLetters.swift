import Core
import DatabaseClient

/// Unsettled dead letters of one account with one cause.
package struct DeadLetterGroup: Sendable {
    /// `nil` if the job message was unreadable.
    package let account: AccountID?
    package let reason: DeadLetter.Reason
    /// The worker's detail, numbers blanked: `job message of version #; this worker reads #`.
    package let cause: String
    package let count: Int64
    /// The newest of them.
    package let example: Int64
    package let newestAt: Double
}

/// One stored dead letter.
package struct DeadLetterFacts: Sendable {
    package let id: Int64
    package let account: AccountID?
    package let campaign: CampaignID?
    package let seq: Seq?
    package let reason: DeadLetter.Reason
    package let detail: String
    package let worker: String
    package let attempt: Int16
    package let queue: String
    package let envelope: [UInt8]
    package let createdAt: Double
    package let settledAt: Double?
    package let settlement: DeadLetterSettlement?
    /// The state of its row; `nil` if it has none.
    package let state: DeliveryState?
}

/// One unsettled dead letter, with the state of its row.
package struct WaitingDeadLetter: Sendable {
    package let id: Int64
    package let key: DeliveryKey?
    package let reason: DeadLetter.Reason
    package let detail: String
    package let queue: String
    package let envelope: [UInt8]
    package let row: DeadLetterFate.Row?
}

/// A command's selection of dead letters; `nil` does not restrict it.
package struct DeadLetterSelection: Sendable {
    package var ids: [Int64]?
    package var reason: DeadLetter.Reason?
    package var campaign: CampaignID?

    package init(ids: [Int64]? = nil, reason: DeadLetter.Reason? = nil, campaign: CampaignID? = nil) {
        self.ids = ids
        self.reason = reason
        self.campaign = campaign
    }
}

/// All of this reads the table: reading the queue counts against the broker's delivery limit.
extension AccountDatabase {
    /// Unsettled dead letters by cause, most frequent first. Without an account: those without one.
    package func deadLetterGroups(of account: AccountID?, campaign: CampaignID?) async throws -> [DeadLetterGroup] {
        try await transaction(account: account) { connection in
            try connection.rows(.deadLetterGroups, [.optional(account), .optional(campaign)]) { row in
                DeadLetterGroup(
                    account: account,
                    reason: try row.deadLetterReason(0),
                    cause: try row.text(1),
                    count: try row.int64(2),
                    example: try row.int64(3),
                    newestAt: try row.timestamp(4)
                )
            }
        }
    }

    /// The account of a dead letter; `nil` if it has none, or does not exist.
    package func account(ofDeadLetter id: Int64) async throws -> AccountID? {
        try await transaction(account: nil) { connection in
            try connection.rows(.accountOfDeadLetter, [.int64(id)]) { try $0.optionalInt32(0) }.first ?? nil
        }
    }

    /// One dead letter of an account, or of none.
    package func deadLetter(_ id: Int64, account: AccountID?) async throws -> DeadLetterFacts? {
        try await transaction(account: account) { try $0.rows(.deadLetter, [.int64(id)], DeadLetterFacts.init).first }
    }

    /// A page of unsettled dead letters, by number.
    package func waitingDeadLetters(
        of account: AccountID?,
        _ selection: DeadLetterSelection,
        after id: Int64,
        through last: Int64,
        limit: Int
    ) async throws -> [WaitingDeadLetter] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .waitingDeadLetters,
                [
                    .optional(account), .int64(id), .int64(last), .int32(Int32(limit)),
                    selection.ids.map { .int64s($0) } ?? .null,
                    selection.reason.map { .int16($0.rawValue) } ?? .null, .optional(selection.campaign),
                ],
                WaitingDeadLetter.init
            )
        }
    }

    /// Reopens the rows of one campaign's dead letters and settles these, in one transaction.
    ///
    /// - Parameters:
    ///   - messages: Dead letters of that campaign; those whose rows are not dead afterwards are settled.
    ///   - seqs: The rows to reopen, at most ``reopenLimit``.
    ///   - campaign: Any campaign; with rows to reopen, one that ``reopen(_:of:account:from:reason:)`` takes.
    ///   - account: Its account.
    ///   - reason: Why, for the audit log.
    /// - Returns: The result for the rows.
    /// - Throws: ``ReopenRefused``; nothing has changed then.
    package func requeue(
        _ messages: [Int64],
        reopening seqs: [Seq],
        of campaign: CampaignID,
        account: AccountID,
        reason: String
    ) async throws -> ReopenReceipt {
        try await transaction(account: account) { connection in
            var receipt = ReopenReceipt()
            if !seqs.isEmpty {
                try connection.lockForReopen(campaign, account: account)
                receipt = try connection.reopen(seqs, of: campaign, from: [.dead])
            }
            try connection.run(.settleByRow, [.int64s(messages)])
            try connection.noteReopen(receipt, of: campaign, seqs, reason, by: actor, account: account)
            return receipt
        }
    }

    /// Settles dead letters by an operator's decision; safe to repeat.
    ///
    /// - Returns: How many were unsettled.
    package func settle(
        _ ids: [Int64],
        as settlement: DeadLetterSettlement,
        account: AccountID?,
        reason: String
    ) async throws -> Int {
        try await transaction(account: account) { connection in
            let settled = try connection.run(.settleDeadLetters, [.int64s(ids), .int16(settlement.rawValue)])
            guard settled > 0, let first = ids.min(), let last = ids.max() else { return settled }
            let which = first == last ? "dead letter \(first)" : "\(settled) dead letters, \(first) to \(last)"
            let entry = AuditEntry("dead-letters.\(settlement.name)", which, reason: reason)
            try connection.write(entry, by: actor, account: account)
            return settled
        }
    }

    /// The number of unsettled dead letters and the total, of all accounts.
    package func countDeadLetters() async throws -> (waiting: Int64, total: Int64) {
        try await transaction(account: nil) { connection in
            try connection.rows(.countDeadLetters) { (try $0.int64(0), try $0.int64(1)) }.only(of: .countDeadLetters)
        }
    }
}

extension PostgresValue {
    static func optional(_ number: Int32?) -> PostgresValue { number.map { .int32($0) } ?? .null }
}

extension PostgresRow {
    fileprivate func deadLetterReason(_ column: Int32) throws(PostgresError) -> DeadLetter.Reason {
        let number = try int16(column)
        guard let reason = DeadLetter.Reason(rawValue: number) else {
            throw .misuse("a dead letter's reason \(number) is unknown", statement: nil)
        }
        return reason
    }
}

extension DeadLetterFacts {
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.int64(0),
            account: try row.optionalInt32(1),
            campaign: try row.optionalInt32(2),
            seq: try row.optionalInt32(3),
            reason: try row.deadLetterReason(4),
            detail: try row.text(5),
            worker: try row.text(6),
            attempt: try row.int16(7),
            queue: try row.text(8),
            envelope: try row.bytes(9),
            createdAt: try row.timestamp(10),
            settledAt: try row.optionalTimestamp(11),
            settlement: try row.optionalInt16(12).flatMap(DeadLetterSettlement.init(rawValue:)),
            state: try row.optionalInt16(13).flatMap(DeliveryState.init(rawValue:))
        )
    }
}

extension WaitingDeadLetter {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        let key: DeliveryKey? =
            if let campaign = try row.optionalInt32(1), let seq = try row.optionalInt32(2) {
                DeliveryKey(campaign: campaign, seq: seq)
            } else {
                nil
            }
        let state = try row.optionalInt16(7).flatMap(DeliveryState.init(rawValue:))
        let campaignState = try row.optionalInt16(8).flatMap(CampaignState.init(rawValue:))
        let facts: DeadLetterFate.Row? =
            if let state, let campaignState {
                DeadLetterFate.Row(
                    state: state,
                    campaignState: campaignState,
                    isExpired: try row.bool(9),
                    hasOptedOut: try row.bool(10)
                )
            } else {
                nil
            }
        self.init(
            id: try row.int64(0),
            key: key,
            reason: try row.deadLetterReason(3),
            detail: try row.text(4),
            queue: try row.text(5),
            envelope: try row.bytes(6),
            row: facts
        )
    }
}

extension Statement {
    /// `$1` account or NULL; `$2` campaign or NULL.
    static let deadLetterGroups = Statement(
        "dead-letter-groups",
        roles: [.admin, .web],
        """
        SELECT reason, regexp_replace(detail, '[0-9]+', '#', 'g'), count(*), max(dead_letter_id), max(created_at)
        FROM dead_letters
        WHERE settled_at IS NULL AND account_id IS NOT DISTINCT FROM $1::int
          AND ($2::int IS NULL OR campaign_id = $2::int)
        GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
        """
    )
    /// `$1` dead letter.
    static let accountOfDeadLetter = Statement(
        "account-of-dead-letter",
        role: .admin,
        "SELECT account_of_dead_letter($1::bigint)"
    )
    /// `$1` dead letter.
    static let deadLetter = Statement(
        "dead-letter",
        roles: [.admin, .web],
        """
        SELECT l.dead_letter_id, l.account_id, l.campaign_id, l.seq, l.reason, l.detail, l.worker, l.attempt, l.queue,
               l.envelope, l.created_at, l.settled_at, l.settlement, d.state
        FROM dead_letters l LEFT JOIN deliveries d ON d.campaign_id = l.campaign_id AND d.seq = l.seq
        WHERE l.dead_letter_id = $1
        """
    )
    /// `$1` account or NULL; `$2` after this number; `$3` up to this one; `$4` how many; `$5` numbers or NULL; `$6`
    /// reason or NULL; `$7` campaign or NULL.
    static let waitingDeadLetters = Statement(
        "waiting-dead-letters",
        roles: [.admin, .web],
        """
        SELECT l.dead_letter_id, l.campaign_id, l.seq, l.reason, l.detail, l.queue, l.envelope, d.state, c.state,
               COALESCE(c.expires_at <= now(), false),
               CASE WHEN d.state = \(DeliveryState.dead.sql) THEN d.recalled OR \(WithdrawnConsent.sql) ELSE false END
        FROM dead_letters l
        LEFT JOIN campaigns c ON c.campaign_id = l.campaign_id
        LEFT JOIN deliveries d ON d.campaign_id = l.campaign_id AND d.seq = l.seq
        WHERE l.settled_at IS NULL AND l.account_id IS NOT DISTINCT FROM $1::int AND l.dead_letter_id > $2
          AND l.dead_letter_id <= $3
          AND ($5::bigint[] IS NULL OR l.dead_letter_id = ANY ($5::bigint[]))
          AND ($6::smallint IS NULL OR l.reason = $6::smallint)
          AND ($7::int IS NULL OR l.campaign_id = $7::int)
        ORDER BY l.dead_letter_id LIMIT $4::int
        """
    )
    /// Settles messages whose rows are no longer dead, by their rows' state; `$1` dead letters.
    static let settleByRow = Statement(
        "settle-by-row",
        role: .admin,
        """
        UPDATE dead_letters l SET settled_at = now(),
            settlement = CASE WHEN d.state IN (\(DeliveryState.open.sql)) THEN \(DeadLetterSettlement.sentAgain.sql)
                              WHEN d.state = \(DeliveryState.suppressed.sql) THEN \(DeadLetterSettlement.optedOut.sql)
                              ELSE \(DeadLetterSettlement.finalAlready.sql) END
        FROM deliveries d
        WHERE l.dead_letter_id = ANY ($1::bigint[]) AND l.settled_at IS NULL
          AND d.campaign_id = l.campaign_id AND d.seq = l.seq AND d.state <> \(DeliveryState.dead.sql)
        """
    )
    /// `$1` dead letters; `$2` settlement.
    static let settleDeadLetters = Statement(
        "settle-dead-letters",
        role: .admin,
        """
        UPDATE dead_letters SET settled_at = now(), settlement = $2
        WHERE dead_letter_id = ANY ($1::bigint[]) AND settled_at IS NULL
        """
    )
    static let countDeadLetters = Statement(
        "count-dead-letters",
        role: .admin,
        "SELECT waiting, total FROM count_dead_letters()"
    )
}
