import Shared

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

extension AccountDatabase {
    /// Stores a suppression and recalls what is queued, in one transaction of its own.
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
}

extension AccountDatabase {
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

extension AccountDatabase {
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
