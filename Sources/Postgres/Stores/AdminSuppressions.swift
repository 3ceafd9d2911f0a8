import Shared

/// What somebody is not to be mailed; `suppressions.scope`.
package enum SuppressionScope: Int16, Sendable, CaseIterable {
    case all = 0
    /// Everything that needs consent.
    case marketing = 1
    case list = 2

    package var name: String { String(describing: self) }
}

/// Why somebody is not to be mailed; `suppressions.reason`.
package enum SuppressionReason: Int16, Sendable, CaseIterable {
    case unsubscribe = 0
    case hardBounce = 1
    case complaint = 2
    case byHand = 3
    case erasure = 4

    package var name: String { String(describing: self) }
}

/// One stored suppression.
package struct SuppressionFacts: Sendable {
    package let scope: Int16
    package let list: Int32
    package let reason: Int16
    package let source: String
    package let createdAt: Double

    init(_ row: borrowing PostgresRow) throws {
        scope = try row.int16(0)
        list = try row.int32(1)
        reason = try row.int16(2)
        source = try row.text(3)
        createdAt = try row.timestamp(4)
    }
}

/// Who is to be suppressed, and where.
package struct Suppression: Sendable {
    package let account: AccountID
    package let addressHash: [UInt8]
    package let hashKey: Int16
    package let scope: SuppressionScope
    /// 0 unless the scope is a list.
    package let list: Int32
    package let reason: SuppressionReason
    package let source: String

    package init(
        account: AccountID,
        addressHash: [UInt8],
        hashKey: Int16,
        scope: SuppressionScope,
        list: Int32,
        reason: SuppressionReason,
        source: String
    ) {
        self.account = account
        self.addressHash = addressHash
        self.hashKey = hashKey
        self.scope = scope
        self.list = list
        self.reason = reason
        self.source = source
    }
}

/// What a suppression did to letters that were due.
package struct SuppressionReceipt: Sendable, Equatable {
    /// Whether it was not there before.
    package let isNew: Bool
    /// Queued letters that are not sent now.
    package let recalled: Int
    /// Letters that a worker had marked before: they may arrive, and are not tried again.
    package let alreadyOnTheirWay: Int
}

extension AdminDatabase {
    /// Stores a suppression and recalls what is queued, in one transaction: once it returns, no letter is marked as
    /// being sent to that address any more.
    package func suppress(_ suppression: Suppression) async throws -> SuppressionReceipt {
        let account = PostgresValue.int32(suppression.account)
        return try await transaction(account: suppression.account) { connection in
            // A freeze holds it alone: its second look at the suppressions either sees this one, or waits for it.
            try connection.run(.shareAccount, [account])
            let added = try connection.run(
                .insertSuppression,
                [
                    account, .int16(suppression.hashKey), .bytes(suppression.addressHash),
                    .int16(suppression.scope.rawValue), .int32(suppression.list),
                    .int16(suppression.reason.rawValue), .text(suppression.source),
                ]
            )
            let contacts = try connection.rows(.contactsByHash, [account, .bytes(suppression.addressHash)]) {
                try $0.int64(0)
            }
            if suppression.scope == .list {
                try connection.run(.unsubscribeMembers, [.int32(suppression.list), .int64s(contacts)])
            }
            let receipt = try connection.recall(suppression, contacts: contacts, isNew: added > 0)
            let subject = contacts.first.map { "contact \($0)" } ?? "an address that is no contact"
            try connection.write(
                AuditEntry("suppress.\(suppression.scope.name)", subject, reason: suppression.source),
                by: actor,
                account: suppression.account
            )
            return receipt
        }
    }
}

extension PostgresConnection {
    /// Takes the contacts' rows out of open campaigns.
    ///
    /// Two statements: the second has a snapshot younger than the locks, and so sees what it waited for.
    fileprivate func recall(
        _ suppression: Suppression,
        contacts: [ContactID],
        isNew: Bool
    ) throws -> SuppressionReceipt {
        guard !contacts.isEmpty else { return SuppressionReceipt(isNew: isNew, recalled: 0, alreadyOnTheirWay: 0) }
        let rows = try rows(
            .lockOpenDeliveries,
            [
                .int32(suppression.account), .int64s(contacts), .int16(suppression.scope.rawValue),
                .int32(suppression.list),
            ]
        ) { DeliveryKey(campaign: try $0.int32(0), seq: try $0.int32(1)) }
        let keys: [PostgresValue] = [.int32s(rows.map(\.campaign)), .int32s(rows.map(\.seq))]
        try run(.dropRetries, keys)
        let recalled = try run(.recallQueued, keys)
        let onTheirWay = try run(.markRecalled, keys)
        return SuppressionReceipt(isNew: isNew, recalled: recalled, alreadyOnTheirWay: onTheirWay)
    }
}

extension Statement {
    /// Waits for a freeze of the account's campaigns, and makes the next one wait; `$1` account.
    static let shareAccount = Statement(
        "share-account",
        role: .admin,
        "SELECT pg_advisory_xact_lock_shared(2, $1)::text"
    )
    /// `$1` account; `$2` key; `$3` hash; `$4` scope; `$5` list; `$6` reason; `$7` source.
    static let insertSuppression = Statement(
        "insert-suppression",
        role: .admin,
        """
        INSERT INTO suppressions (account_id, key_version, address_hash, scope, list_id, reason, source)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
        """
    )
    /// `$1` account; `$2` hash.
    static let contactsByHash = Statement(
        "contacts-by-hash",
        role: .admin,
        "SELECT contact_id FROM contacts WHERE account_id = $1 AND address_hash = $2 ORDER BY contact_id"
    )
    /// `$1` account; `$2` hash.
    static let suppressionsOfHash = Statement(
        "suppressions-of-hash",
        role: .admin,
        """
        SELECT scope, list_id, reason, source, created_at FROM suppressions
        WHERE account_id = $1 AND address_hash = $2 ORDER BY created_at
        """
    )
    /// `$1` list; `$2` contacts.
    static let unsubscribeMembers = Statement(
        "unsubscribe-members",
        role: .admin,
        """
        UPDATE list_members SET status = 1, changed_at = now()
        WHERE list_id = $1 AND contact_id = ANY($2::bigint[]) AND status = 0
        """
    )
    /// Locks, in the order of the claim, what is not final in campaigns that the scope is about.
    ///
    /// `$1` account; `$2` contacts; `$3` scope; `$4` list. Transactional campaigns only obey the scope `all`.
    static let lockOpenDeliveries = Statement(
        "lock-open-deliveries",
        role: .admin,
        """
        SELECT d.campaign_id, d.seq
        FROM campaigns c JOIN deliveries d ON d.campaign_id = c.campaign_id AND d.contact_id = ANY($2::bigint[])
        WHERE c.account_id = $1 AND c.state IN (1, 2, 3, 4) AND d.state IN (0, 1, 2)
          AND ($3::smallint = 0 OR c.kind = 0) AND ($3::smallint <> 2 OR d.list_id = $4)
        ORDER BY d.campaign_id, d.seq FOR UPDATE OF d
        """
    )
    /// `$1` campaigns; `$2` seqs.
    static let dropRetries = Statement(
        "drop-retries",
        role: .admin,
        """
        DELETE FROM retries r USING unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        WHERE r.campaign_id = k.campaign_id AND r.seq = k.seq
        """
    )
    /// `$1` campaigns; `$2` seqs.
    static let recallQueued = Statement(
        "recall-queued",
        role: .admin,
        """
        UPDATE deliveries d SET state = 5, reason = 6, changed_at = now()
        FROM unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state IN (0, 2)
        """
    )
    /// `$1` campaigns; `$2` seqs.
    static let markRecalled = Statement(
        "mark-recalled",
        role: .admin,
        """
        UPDATE deliveries d SET recalled = true
        FROM unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state = 1
        """
    )
}

extension AdminDatabase {
    /// How many of some contacts a campaign of that kind and list would leave out.
    package func countSuppressed(
        _ contacts: [ContactID],
        account: AccountID,
        list: Int32,
        kind: CampaignKind
    ) async throws -> Int {
        try await transaction(account: account) { connection in
            try connection.rows(
                .countSuppressed,
                [.int32(account), .int64s(contacts), .int32(list), .int16(kind.rawValue)]
            ) { Int(try $0.int64(0)) }.only(of: .countSuppressed)
        }
    }
}

extension AdminDatabase {
    /// Whether a campaign of that kind and list must not mail an address, which need not be a contact.
    package func isSuppressed(
        _ addressHash: [UInt8],
        account: AccountID,
        list: Int32,
        kind: CampaignKind
    ) async throws -> Bool {
        try await transaction(account: account) { connection in
            try connection.rows(
                .isSuppressed,
                [.int32(account), .bytes(addressHash), .int32(list), .int16(kind.rawValue)]
            ) { try $0.bool(0) }.only(of: .isSuppressed)
        }
    }
}

extension Statement {
    /// `$1` account; `$2` hash; `$3` list; `$4` kind. The rule is that of the freeze.
    static let isSuppressed = Statement(
        "is-suppressed",
        role: .admin,
        """
        SELECT EXISTS (
            SELECT FROM suppressions s WHERE s.account_id = $1 AND s.address_hash = $2
              AND (s.scope = 0 OR $4::smallint = 0 AND (s.scope = 1 OR s.scope = 2 AND s.list_id = $3))
        )
        """
    )
    /// `$1` account; `$2` contacts; `$3` list; `$4` kind. The rule is that of the freeze.
    static let countSuppressed = Statement(
        "count-suppressed",
        role: .admin,
        """
        SELECT count(DISTINCT c.contact_id)
        FROM contacts c
        JOIN suppressions s ON s.account_id = c.account_id AND s.address_hash = c.address_hash
        WHERE c.account_id = $1 AND c.contact_id = ANY($2::bigint[])
          AND (s.scope = 0 OR $4::smallint = 0 AND (s.scope = 1 OR s.scope = 2 AND s.list_id = $3))
        """
    )
}
