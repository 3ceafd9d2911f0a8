import Core
import DatabaseClient

/// A login's stored facts, before sign-in.
package struct SignInFacts: Sendable {
    package let user: Int32
    package let account: AccountID?
    package let role: Role
    /// A salted hash, as ``SessionStore/setPassword(reset:hash:)`` was given it; `nil` until one was set.
    package let password: String?
}

/// A browser's session.
package struct SessionFacts: Sendable {
    package let user: Int32
    package let login: String
    package let role: Role
    /// The user's account; `nil` for staff.
    package let ownAccount: AccountID?
    /// The account whose data is shown; for staff the chosen one, or none.
    package let account: AccountID?
    package let accountName: String?
    /// The reason for staff access.
    package let lookReason: String
    /// Since its last use, in seconds.
    package let idleSeconds: Double
    /// Seconds since 1970.
    package let endsAt: Double
}

/// Sessions and password links, found by the hash of a token that only the holder has.
package struct SessionStore: Sendable {
    private let pool: PostgresPool

    /// How long to wait for a connection.
    private let deadline: Duration

    package init(_ pool: PostgresPool, deadline: Duration) {
        self.pool = pool
        self.deadline = deadline
    }

    /// A login's facts; `nil` if no active user has it.
    package func signInFacts(of login: String) async throws -> SignInFacts? {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.rows(.signInFacts, [.text(login)]) { row in
                SignInFacts(
                    user: try row.int32(0),
                    account: try row.optionalInt32(1),
                    role: try row.role(2),
                    password: try row.optionalText(3)
                )
            }.first
        }
    }

    /// Begins a session, and deletes all ended ones.
    ///
    /// - Parameters:
    ///   - hash: The hash of the new session's token.
    ///   - facts: The user's facts.
    ///   - seconds: Its maximum duration.
    ///   - old: The hash of a session that the browser had before: it ends.
    ///   - actor: Their login, also for the audit log.
    /// - Returns: Whether it has begun; `false` if the password was changed meanwhile.
    /// - Throws: ``PostgresError``.
    package func begin(
        _ hash: [UInt8],
        for facts: SignInFacts,
        seconds: Double,
        ending old: [UInt8]?,
        actor: String
    ) async throws -> Bool {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.transaction { connection in
                if let old { try connection.run(.endSession, [.bytes(old)]) }
                try connection.run(.clearSessions)
                let begun = try connection.run(
                    .insertSession,
                    [
                        .bytes(hash), .int32(facts.user), .optional(facts.account), .double(seconds), .text(actor),
                        .text(facts.password ?? ""),
                    ]
                )
                guard begun == 1 else { return false }
                try connection.write(AuditEntry("user.sign-in", actor), by: actor, account: facts.account)
                return true
            }
        }
    }

    /// A session that has neither ended nor been idle for longer than `idleSeconds`.
    package func session(_ hash: [UInt8], idleSeconds: Double) async throws -> SessionFacts? {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.rows(.sessionFacts, [.bytes(hash), .double(idleSeconds)]) { row in
                SessionFacts(
                    user: try row.int32(0),
                    login: try row.text(1),
                    role: try row.role(2),
                    ownAccount: try row.optionalInt32(3),
                    account: try row.optionalInt32(4),
                    accountName: try row.optionalText(5),
                    lookReason: try row.text(6),
                    idleSeconds: try row.double(7),
                    endsAt: try row.timestamp(8)
                )
            }.first
        }
    }

    /// Records that a session was used.
    package func touch(_ hash: [UInt8]) async throws {
        _ = try await pool.withConnection(deadline: deadline) { try await $0.run(.touchSession, [.bytes(hash)]) }
    }

    package func end(_ hash: [UInt8]) async throws {
        _ = try await pool.withConnection(deadline: deadline) { try await $0.run(.endSession, [.bytes(hash)]) }
    }

    /// Lets staff access an account for a reason, or none; the audit log is written first.
    package func look(_ hash: [UInt8], at account: AccountID?, reason: String, actor: String) async throws {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.transaction { connection in
                try connection.run(.chooseLook, [.bytes(hash), .optional(account), .text(reason)])
                guard let account else { return }
                let entry = AuditEntry("account.look", "account \(account)", reason: reason)
                try connection.write(entry, by: actor, account: account)
            }
        }
    }

    /// The user of a link; `nil` if it is used, expired or unknown.
    package func loginOfReset(_ hash: [UInt8]) async throws -> String? {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.rows(.resetFacts, [.bytes(hash)]) { try $0.text(0) }.first
        }
    }

    /// Sets a password through a link, and ends the link with all sessions and other links of that user.
    ///
    /// - Returns: The user; `nil` if the link is invalid.
    package func setPassword(reset: [UInt8], hash: String) async throws -> String? {
        try await pool.withConnection(deadline: deadline) { connection in
            try await connection.rows(.setPassword, [.bytes(reset), .text(hash)]) { try $0.optionalText(0) }.first
                ?? nil
        }
    }
}

extension Statement {
    static let forSessions: [Statement] = [
        .signInFacts, .insertSession, .clearSessions, .sessionFacts, .touchSession, .endSession, .chooseLook,
        .resetFacts, .setPassword,
    ]

    /// `$1` login.
    static let signInFacts = Statement(
        "sign-in-facts",
        role: .web,
        "SELECT user_id, account_id, role, password FROM sign_in_facts($1::text)"
    )
    /// `$1` hash of the token; `$2` user; `$3` account or NULL; `$4` seconds it lasts; `$5` login; `$6` the stored
    /// password that the one given was held against.
    static let insertSession = Statement(
        "insert-session",
        role: .web,
        """
        INSERT INTO sessions (token_hash, user_id, account_id, expires_at)
        SELECT $1, f.user_id, $3::int, now() + $4::float8 * interval '1 second'
        FROM sign_in_facts($5::text) f WHERE f.user_id = $2 AND f.password = $6
        """
    )
    static let clearSessions = Statement(
        "clear-sessions",
        role: .web,
        "DELETE FROM sessions WHERE expires_at < now()"
    )
    /// `$1` hash of the token; `$2` how long it may rest, in seconds.
    static let sessionFacts = Statement(
        "session-facts",
        role: .web,
        """
        SELECT user_id, login, role, own_account, account_id, account, look_reason, idle, ends_at
        FROM session_facts($1::bytea, $2::float8)
        """
    )
    /// `$1` hash of the token.
    static let touchSession = Statement(
        "touch-session",
        role: .web,
        "UPDATE sessions SET used_at = now() WHERE token_hash = $1"
    )
    /// `$1` hash of the token.
    static let endSession = Statement("end-session", role: .web, "DELETE FROM sessions WHERE token_hash = $1")
    /// `$1` hash of the token; `$2` account or NULL; `$3` reason.
    static let chooseLook = Statement(
        "choose-look",
        role: .web,
        "UPDATE sessions SET account_id = $2::int, look_reason = $3 WHERE token_hash = $1"
    )
    /// `$1` hash of the link's token.
    static let resetFacts = Statement("reset-facts", role: .web, "SELECT login FROM reset_facts($1::bytea)")
    /// `$1` hash of the link's token; `$2` the password's salted hash.
    static let setPassword = Statement("set-password", role: .web, "SELECT set_password($1::bytea, $2::text)")
}
