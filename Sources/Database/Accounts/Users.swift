import Core
import DatabaseClient

/// A user, as owners and the operator see them; without the password's hash.
package struct User: Sendable {
    package let id: Int32
    /// `nil` for staff of the service.
    package let account: AccountID?
    package let login: String
    package let role: Role
    package let createdAt: Double
    package let hasPassword: Bool
    package let isDisabled: Bool
}

extension AccountDatabase {
    /// The users of an account after a number, in order; the staff if it is `nil`, for the command line only.
    ///
    /// `login`: Part of their logins.
    package func people(
        of account: AccountID?,
        named login: String,
        after user: Int32,
        limit: Int32
    ) async throws -> [User] {
        try await transaction(account: account) { connection in
            try connection.rows(
                .people,
                [.optional(account), .int32(user), .text(login), .int32(limit)],
                User.init
            )
        }
    }

    /// Adds a user without a password.
    ///
    /// - Throws: ``PostgresError`` of kind `uniqueViolation` if the login is taken, in any account.
    package func addPerson(_ login: String, role: Role, account: AccountID?) async throws -> Int32 {
        try await transaction(account: account) { connection in
            let values: [PostgresValue] = [.optional(account), .text(login), .text(role.rawValue)]
            let id = try connection.rows(.insertPerson, values) { try $0.int32(0) }.only(of: .insertPerson)
            let entry = AuditEntry("user.add", login, reason: role.rawValue)
            try connection.write(entry, by: actor, account: account)
            return id
        }
    }

    /// Creates a link that sets a user's password once; older unused links of that user end.
    ///
    /// - Parameters:
    ///   - person: A user of that account.
    ///   - account: `nil` for staff.
    ///   - hash: The hash of the link's token.
    ///   - seconds: How long the link is valid.
    /// - Returns: The login; `nil` if the account has no such user, or a disabled one.
    /// - Throws: ``PostgresError``.
    package func allowReset(
        of person: Int32,
        account: AccountID?,
        hash: [UInt8],
        seconds: Double
    ) async throws -> String? {
        try await transaction(account: account) { connection in
            let values: [PostgresValue] = [.int32(person), .optional(account), .bytes(hash), .double(seconds)]
            guard try connection.run(.insertReset, values) == 1 else { return nil }
            let logins = try connection.rows(.loginOfPerson, [.int32(person)]) { try $0.text(0) }
            let login = try logins.only(of: .loginOfPerson)
            try connection.write(AuditEntry("user.reset", login), by: actor, account: account)
            return login
        }
    }

    /// Disables a user, and ends their sessions and links.
    ///
    /// - Returns: The login; `nil` if the account has no such user, or an already disabled one.
    package func disable(_ person: Int32, account: AccountID?) async throws -> String? {
        try await transaction(account: account) { connection in
            let values: [PostgresValue] = [.int32(person), .optional(account)]
            guard let login = try connection.rows(.disablePerson, values, { try $0.text(0) }).first else { return nil }
            try connection.run(.endSessionsOfPerson, [.int32(person)])
            try connection.run(.endResetsOfPerson, [.int32(person)])
            try connection.write(AuditEntry("user.disable", login), by: actor, account: account)
            return login
        }
    }

    /// The user with a login, in any account; for the command line only.
    package func person(named login: String) async throws -> (id: Int32, account: AccountID?)? {
        try await transaction(account: nil) { connection in
            try connection.rows(.personNamed, [.text(login)]) { (try $0.int32(0), try $0.optionalInt32(1)) }.first
        }
    }
}

extension User {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.int32(0),
            account: try row.optionalInt32(1),
            login: try row.text(2),
            role: try row.role(3),
            createdAt: try row.timestamp(4),
            hasPassword: try row.bool(5),
            isDisabled: try row.bool(6)
        )
    }
}

extension PostgresRow {
    func role(_ column: Int32) throws(PostgresError) -> Role {
        let text = try text(column)
        guard let role = Role(rawValue: text) else { throw .misuse("role \(text) is unknown", statement: nil) }
        return role
    }
}

extension Statement {
    static let forUsers: [Statement] = [
        .people, .insertPerson, .insertReset, .loginOfPerson, .disablePerson, .endSessionsOfPerson,
        .endResetsOfPerson, .personNamed,
    ]

    /// `$1` account or NULL; `$2` after this user; `$3` part of the login; `$4` rows.
    static let people = Statement(
        "people",
        roles: [.admin, .web],
        """
        SELECT user_id, account_id, login, role, created_at, password_set_at IS NOT NULL, disabled_at IS NOT NULL
        FROM users
        WHERE (account_id = $1::int OR account_id IS NULL AND $1::int IS NULL) AND user_id > $2
          AND strpos(login, lower($3::text)) > 0
        ORDER BY user_id LIMIT $4::int
        """
    )
    /// `$1` account or NULL; `$2` login; `$3` role.
    static let insertPerson = Statement(
        "insert-person",
        roles: [.admin, .web],
        "INSERT INTO users (account_id, login, role) VALUES ($1::int, $2, $3) RETURNING user_id"
    )
    /// `$1` person; `$2` account or NULL; `$3` hash of the link's token; `$4` seconds that it is good.
    static let insertReset = Statement(
        "insert-reset",
        roles: [.admin, .web],
        """
        WITH who AS (
            SELECT u.user_id FROM users u
            WHERE u.user_id = $1 AND u.account_id IS NOT DISTINCT FROM $2::int AND u.disabled_at IS NULL
        ), ended AS (
            UPDATE password_resets r SET used_at = now() FROM who WHERE r.user_id = who.user_id AND r.used_at IS NULL
        )
        INSERT INTO password_resets (token_hash, user_id, expires_at)
        SELECT $3, who.user_id, now() + $4::float8 * interval '1 second' FROM who
        """
    )
    /// `$1` person.
    static let loginOfPerson = Statement(
        "login-of-person",
        roles: [.admin, .web],
        "SELECT login FROM users WHERE user_id = $1"
    )
    /// `$1` person; `$2` account or NULL.
    static let disablePerson = Statement(
        "disable-person",
        roles: [.admin, .web],
        """
        UPDATE users SET disabled_at = now()
        WHERE user_id = $1 AND account_id IS NOT DISTINCT FROM $2::int AND disabled_at IS NULL RETURNING login
        """
    )
    /// `$1` person.
    static let endSessionsOfPerson = Statement(
        "end-sessions-of-person",
        roles: [.admin, .web],
        "DELETE FROM sessions WHERE user_id = $1"
    )
    /// `$1` person.
    static let endResetsOfPerson = Statement(
        "end-resets-of-person",
        roles: [.admin, .web],
        "UPDATE password_resets SET used_at = now() WHERE user_id = $1 AND used_at IS NULL"
    )
    /// `$1` login.
    static let personNamed = Statement(
        "person-named",
        role: .admin,
        "SELECT user_id, account_id FROM person_named($1::text)"
    )
}
