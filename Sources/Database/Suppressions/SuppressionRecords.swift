import Core
import DatabaseClient

/// One stored suppression.
package struct SuppressionFacts: Sendable {
    package let scope: Int16
    package let list: Int32
    package let reason: Int16
    package let source: String
    package let createdAt: Double
}

extension SuppressionFacts {
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            scope: try row.int16(0),
            list: try row.int32(1),
            reason: try row.int16(2),
            source: try row.text(3),
            createdAt: try row.timestamp(4)
        )
    }
}

/// One stored suppression of an account, as it is listed.
package struct SuppressionRow: Sendable {
    /// Its number; later ones are higher.
    package let id: Int64
    /// Where a contact still has it.
    package let address: String?
    package let addressHash: [UInt8]
    package let hashKey: Int16
    package let scope: SuppressionScope
    /// 0 unless the scope is a list.
    package let list: Int32
    /// Empty unless the scope is a list.
    package let listName: String
    /// Whose address it is, where it is a contact's.
    package let contact: ContactID?
    package let reason: SuppressionReason
    package let source: String
    package let createdAt: Double
}

extension SuppressionRow {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.int64(0),
            address: try row.optionalText(8),
            addressHash: try row.bytes(7),
            hashKey: try row.int16(6),
            scope: SuppressionScope(rawValue: try row.int16(1)) ?? .all,
            list: try row.int32(9),
            listName: try row.text(2),
            contact: try row.optionalInt64(10),
            reason: SuppressionReason(rawValue: try row.int16(3)) ?? .byHand,
            source: try row.text(4),
            createdAt: try row.timestamp(5)
        )
    }
}

extension AccountDatabase {
    /// Stores a suppression and recalls queued messages, in a transaction of its own.
    package func suppress(_ suppression: Suppression) async throws -> SuppressionReceipt {
        try await transaction(account: suppression.account) { connection in
            let receipt = try connection.suppress(suppression)
            let subject = receipt.contact.map { "contact \($0)" } ?? "an address that is no contact"
            try connection.write(
                AuditEntry("suppress.\(suppression.scope.name)", subject, reason: suppression.source),
                by: actor,
                account: suppression.account
            )
            return receipt
        }
    }

    /// Stores suppressions of one account, all or none, and recalls queued messages; writes no audit log.
    ///
    /// `suppressions`: At most a few hundred: their recipients' rows are locked until all are stored.
    /// - Returns: What each did, in the order of the addresses' hashes.
    package func suppress(_ suppressions: [Suppression], account: AccountID) async throws -> [SuppressionReceipt] {
        try await transaction(account: account) { connection in
            try connection.run(.shareAccount, [.int32(account)])
            let contacts = try connection.rows(
                .contactsByHashes,
                [.int32(account), .byteArrays(suppressions.map(\.addressHash))]
            ) { try $0.int64(0) }
            // All of them in the order of the claim, so that the recalls find them locked.
            try connection.run(
                .lockOpenDeliveries,
                [.int32(account), .int64s(contacts), .int16(SuppressionScope.all.rawValue), .int32(0)]
            )
            // In a fixed order, so that two imports of one file never deadlock.
            return try suppressions.sorted { $0.addressHash.lexicographicallyPrecedes($1.addressHash) }
                .map { try connection.suppress($0) }
        }
    }

    /// At most `limit` of an account's suppressions below a number, the newest first; a transaction of its own, so that a
    /// long export holds no snapshot.
    package func suppressions(of account: AccountID, before id: Int64, limit: Int32) async throws -> [SuppressionRow] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .suppressionsPage,
                [.int32(account), .int64(id), .int32(limit)],
                SuppressionRow.init
            )
        }
    }

    /// What is stored about one address.
    package func suppressions(ofHash hash: [UInt8], account: AccountID) async throws -> [SuppressionFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(.suppressionsOfHash, [.int32(account), .bytes(hash)], SuppressionFacts.init)
        }
    }

    /// Takes an address's suppressions away, of one scope or all, with a row in the audit log; an erasure stays.
    ///
    /// - Returns: How many.
    package func removeSuppressions(
        ofHash hash: [UInt8],
        account: AccountID,
        scope: SuppressionScope?,
        reason: String
    ) async throws -> Int {
        try await transaction(account: account) { connection in
            try connection.run(.shareAccount, [.int32(account)])
            let removed = try connection.run(
                .deleteSuppressions,
                [.int32(account), .bytes(hash), .int16(scope?.rawValue ?? -1)]
            )
            let contacts = try connection.rows(.contactsByHash, [.int32(account), .bytes(hash)]) { try $0.int64(0) }
            let subject = contacts.first.map { "contact \($0)" } ?? "an address that is no contact"
            try connection.write(
                AuditEntry("suppressions.remove", "\(subject): \(removed)", reason: reason),
                by: actor,
                account: account
            )
            return removed
        }
    }

    /// The number of given contacts that a campaign of that kind and list would leave out.
    package func countSuppressed(
        _ contacts: [ContactID],
        account: AccountID,
        list: Int32,
        kind: CampaignKind
    ) async throws -> Int {
        try await transaction(account: account) {
            try $0.countSuppressed(contacts, account: account, list: list, kind: kind)
        }
    }

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
    static let suppressionLists: [Statement] = [.contactsByHashes, .suppressionsPage, .deleteSuppressions]

    /// `$1` account; `$2` hashes.
    static let contactsByHashes = Statement(
        "contacts-by-hashes",
        role: .admin,
        isHot: true,
        "SELECT contact_id FROM contacts WHERE account_id = $1 AND address_hash = ANY ($2::bytea[]) ORDER BY contact_id"
    )
    /// `$1` account; `$2` below this number; `$3` how many.
    static let suppressionsPage = Statement(
        "suppressions-page",
        role: .admin,
        isHot: true,
        """
        SELECT s.suppression_id, s.scope, COALESCE(l.name, ''), s.reason, s.source, s.created_at, s.key_version,
               s.address_hash,
               (SELECT c.address FROM contacts c
                WHERE c.account_id = s.account_id AND c.address_hash = s.address_hash
                  AND c.status = \(ContactStatus.active.sql)
                LIMIT 1),
               s.list_id,
               (SELECT c.contact_id FROM contacts c
                WHERE c.account_id = s.account_id AND c.address_hash = s.address_hash LIMIT 1)
        FROM suppressions s LEFT JOIN lists l ON l.list_id = s.list_id
        WHERE s.account_id = $1 AND s.suppression_id < $2 ORDER BY s.suppression_id DESC LIMIT $3
        """
    )
    /// `$1` account; `$2` hash; `$3` scope, -1 for all.
    static let deleteSuppressions = Statement(
        "delete-suppressions",
        role: .admin,
        isHot: true,
        """
        DELETE FROM suppressions
        WHERE account_id = $1 AND address_hash = $2 AND reason <> \(SuppressionReason.erasure.sql)
          AND ($3::smallint = -1 OR scope = $3)
        """
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
    /// `$1` account; `$2` hash; `$3` list; `$4` kind. The rule is that of the freeze.
    static let isSuppressed = Statement(
        "is-suppressed",
        role: .admin,
        """
        SELECT EXISTS (
            SELECT FROM suppressions s WHERE s.account_id = $1 AND s.address_hash = $2
              AND \(withholds(kind: "$4::smallint", list: "$3"))
        ) OR EXISTS (SELECT FROM service_blocks b WHERE b.address_hash = $2)
        """
    )
    /// `$1` account; `$2` contacts; `$3` list; `$4` kind. The rule is that of the freeze.
    static let countSuppressed = Statement(
        "count-suppressed",
        roles: [.admin, .web],
        """
        SELECT count(*)
        FROM contacts c
        -- LIMIT makes each a probe of an index: a hash would take every suppression of the account.
        WHERE c.account_id = $1 AND c.contact_id = ANY($2::bigint[])
          AND COALESCE(
              (SELECT true FROM suppressions s
               WHERE s.account_id = c.account_id AND s.address_hash = c.address_hash
                 AND \(withholds(kind: "$4::smallint", list: "$3")) LIMIT 1),
              (SELECT true FROM service_blocks b WHERE b.address_hash = c.address_hash LIMIT 1), false)
        """
    )
}
