import Core
import DatabaseClient

/// The database for the command line and the web program: one account at a time, each change with a row in the audit
/// log.
///
/// Each call is one transaction, so that an interrupted command leaves nothing half done.
package struct AccountDatabase: Sendable {
    package let pool: PostgresPool
    /// The actor, for the audit log.
    package let actor: String
    /// How long to wait for a connection.
    package let deadline: Duration

    package init(pool: PostgresPool, actor: String, deadline: Duration = .seconds(30)) {
        self.pool = pool
        self.actor = actor
        self.deadline = deadline
    }

    /// Runs `body` in a transaction that sees one account.
    ///
    /// `account`: `nil` sees the names of all accounts and no row of any.
    /// `hasOneSnapshot`: Whether all statements share a snapshot; for reading.
    /// `body`: Throws to roll back.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws; ``PostgresError``.
    package func transaction<Value: Sendable>(
        account: AccountID?,
        hasOneSnapshot: Bool = false,
        _ body: @escaping @Sendable (isolated PostgresConnection) throws -> Value
    ) async throws -> Value {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.transaction { connection in
                if hasOneSnapshot {
                    try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                }
                if let account { try connection.run(.chooseAccount, [.text(String(account))]) }
                return try body(connection)
            }
        }
    }

    /// Writes one row to the audit log, in a transaction of its own.
    package func audit(_ entry: AuditEntry, account: AccountID?) async throws {
        try await transaction(account: account) { try $0.write(entry, by: actor, account: account) }
    }
}

/// An audit log entry.
package struct AuditEntry: Sendable {
    /// `campaign.start`, `contacts.export`.
    package let action: String
    /// The subject: a number or a name, never a recipient's address.
    package let subject: String
    package let reason: String

    package init(_ action: String, _ subject: String, reason: String = "") {
        self.action = action
        self.subject = subject
        self.reason = reason
    }
}

extension PostgresConnection {
    /// Writes one row to the audit log; last in a transaction, since others wait until it ends.
    package func write(_ entry: AuditEntry, by actor: String, account: AccountID?) throws(PostgresError) {
        try run(
            .writeAudit,
            [
                .text(actor), account.map { .int32($0) } ?? .null, .text(entry.action), .text(entry.subject),
                .text(entry.reason),
            ]
        )
    }
}

extension Statement {
    /// Sets the account that the transaction may see; `$1` its number as text.
    static let chooseAccount = Statement(
        "choose-account",
        roles: [.admin, .web],
        "SELECT set_config('veredus.account', $1, true)"
    )

    /// `$1` who; `$2` account or NULL; `$3` action; `$4` subject; `$5` reason.
    static let writeAudit = Statement(
        "write-audit",
        roles: [.admin, .web, .inbound],
        "SELECT write_audit($1::text, $2::int, $3::text, $4::text, $5::text)"
    )
}
