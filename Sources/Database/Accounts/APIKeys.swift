import Core
import DatabaseClient

/// A key of the API, without its secret.
package struct APIKeyFacts: Sendable {
    package let id: Int32
    package let name: String
    /// The public part of the key.
    package let prefix: String
    package let scopes: [String]
    package let createdAt: Double
    /// The start of the day of its last use.
    package let lastUsedAt: Double?
    package let expiresAt: Double?
    package let revokedAt: Double?
}

/// A key's holder.
package struct APIKeyHolder: Sendable, Equatable {
    package let key: Int32
    package let account: AccountID
    package let name: String
    package let prefix: String
    package let scopes: [String]
    package let expiresAt: Double?
}

extension AccountDatabase {
    /// Stores a new key.
    ///
    /// - Parameters:
    ///   - key: The key; only its hash and prefix are stored.
    ///   - name: Its purpose.
    ///   - scopes: Its scopes; not empty.
    ///   - expiry: Seconds since 1970; `nil` is never.
    ///   - account: The account it gives access to.
    /// - Returns: The stored key.
    /// - Throws: ``PostgresError``.
    package func createAPIKey(
        _ key: APIKey,
        named name: String,
        scopes: [APIScope],
        expiry: Double?,
        account: AccountID
    ) async throws -> APIKeyFacts {
        try await transaction(account: account) { connection in
            let facts = try connection.rows(
                .insertAPIKey,
                [
                    .int32(account), .text(name), .text(key.prefix), .bytes(key.hash), .texts(scopes.map(\.rawValue)),
                    expiry.map { .timestamp(secondsSinceEpoch: $0) } ?? .null,
                ],
                APIKeyFacts.init
            ).only(of: .insertAPIKey)
            let entry = AuditEntry(
                "api-key.create",
                key.prefix,
                reason: "\(name): \(scopes.map(\.rawValue).joined(separator: ", "))"
            )
            try connection.write(entry, by: actor, account: account)
            return facts
        }
    }

    /// The account's keys before a number, newest first; including revoked and expired ones. `name`: part of their names.
    package func apiKeys(
        of account: AccountID,
        named name: String,
        before key: Int32,
        limit: Int32
    ) async throws -> [APIKeyFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .apiKeys,
                [.int32(account), .int32(key), .text(name), .int32(limit)],
                APIKeyFacts.init
            )
        }
    }

    /// Revokes a key.
    ///
    /// - Returns: Whether the account had such a key that was not revoked.
    package func revokeAPIKey(_ prefix: String, account: AccountID, reason: String) async throws -> Bool {
        try await transaction(account: account) { connection in
            guard try connection.run(.revokeAPIKey, [.int32(account), .text(prefix)]) > 0 else { return false }
            try connection.write(AuditEntry("api-key.revoke", prefix, reason: reason), by: actor, account: account)
            return true
        }
    }
}

extension PostgresPool {
    /// A key's holder; `nil` if it is unknown, expired or revoked.
    ///
    /// `hash`: SHA-256 of the key.
    package func holder(ofKey hash: [UInt8], deadline: Duration) async throws -> APIKeyHolder? {
        try await withConnection(deadline: deadline) { connection in
            try await connection.rows(.apiKeyByHash, [.bytes(hash)]) { row in
                APIKeyHolder(
                    key: try row.int32(0),
                    account: try row.int32(1),
                    name: try row.text(2),
                    prefix: try row.text(3),
                    scopes: try row.texts(4),
                    expiresAt: try row.optionalTimestamp(5)
                )
            }.first
        }
    }
}

extension APIKeyFacts {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.int32(0),
            name: try row.text(1),
            prefix: try row.text(2),
            scopes: try row.texts(3),
            createdAt: try row.timestamp(4),
            lastUsedAt: try row.optionalTimestamp(5),
            expiresAt: try row.optionalTimestamp(6),
            revokedAt: try row.optionalTimestamp(7)
        )
    }
}

extension Statement {
    private static let apiKeyColumns =
        "key_id, name, prefix, scopes, created_at, last_used_on::timestamp AT TIME ZONE 'UTC', expires_at, revoked_at"

    /// `$1` account; `$2` name; `$3` prefix; `$4` hash; `$5` scopes; `$6` expiry or NULL.
    static let insertAPIKey = Statement(
        "insert-api-key",
        role: .admin,
        """
        INSERT INTO api_keys (account_id, name, prefix, hash, scopes, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING \(apiKeyColumns)
        """
    )
    /// `$1` account; `$2` before this key; `$3` part of the name; `$4` rows.
    static let apiKeys = Statement(
        "api-keys",
        role: .admin,
        """
        SELECT \(apiKeyColumns) FROM api_keys
        WHERE account_id = $1 AND key_id < $2 AND strpos(lower(name), lower($3::text)) > 0
        ORDER BY key_id DESC LIMIT $4::int
        """
    )
    /// `$1` account; `$2` prefix.
    static let revokeAPIKey = Statement(
        "revoke-api-key",
        role: .admin,
        "UPDATE api_keys SET revoked_at = now() WHERE account_id = $1 AND prefix = $2 AND revoked_at IS NULL"
    )
    /// `$1` SHA-256 of the key.
    static let apiKeyByHash = Statement(
        "api-key-by-hash",
        role: .web,
        "SELECT key_id, account_id, name, prefix, scopes, expires_at FROM api_key_by_hash($1)"
    )
}
