import Core
import DatabaseClient

/// A tenant, as the operator sees it.
package struct AccountFacts: Sendable {
    package let id: AccountID
    package let name: String
    package let createdAt: Double
}

/// A list with its counts.
package struct ListFacts: Sendable {
    package let id: Int32
    package let name: String
    package let createdAt: Double
    package let subscribed: Int64
    package let unsubscribed: Int64

    package init(id: Int32, name: String, createdAt: Double, subscribed: Int64, unsubscribed: Int64) {
        self.id = id
        self.name = name
        self.createdAt = createdAt
        self.subscribed = subscribed
        self.unsubscribed = unsubscribed
    }
}

/// An account's counts.
package struct AccountSize: Sendable {
    package let contacts: Int64
    package let erased: Int64
    package let suppressions: Int64
    package let campaigns: Int64
}

extension AccountDatabase {
    /// - Throws: ``PostgresError`` of kind `uniqueViolation` if the name is taken.
    package func createAccount(named name: String) async throws -> AccountID {
        try await transaction(account: nil) { connection in
            let ids = try connection.rows(.insertAccount, [.text(name)]) { try $0.int32(0) }
            let id = try ids.only(of: .insertAccount)
            try connection.write(AuditEntry("account.create", name), by: actor, account: id)
            return id
        }
    }

    /// Sets the account's display name; empty for its messages' From name, or its own name.
    package func name(_ account: AccountID, forRecipients displayName: String) async throws {
        try await transaction(account: account) { connection in
            try connection.run(.nameAccount, [.int32(account), .text(displayName)])
            try connection.write(AuditEntry("account.name", displayName), by: actor, account: account)
        }
    }

    package func accounts() async throws -> [AccountFacts] {
        try await transaction(account: nil) { try $0.rows(.accounts, [], AccountFacts.init) }
    }

    /// These of them.
    package func accounts(_ ids: [AccountID]) async throws -> [AccountFacts] {
        try await transaction(account: nil) { try $0.rows(.accountsByID, [.int32s(ids)], AccountFacts.init) }
    }

    /// Accounts after a number, in order; `name`: part of their names.
    package func accounts(named name: String, after account: AccountID, limit: Int32) async throws -> [AccountFacts] {
        try await transaction(account: nil) { connection in
            try connection.rows(.accountPage, [.int32(account), .text(name), .int32(limit)], AccountFacts.init)
        }
    }

    package func account(named name: String) async throws -> AccountFacts? {
        try await transaction(account: nil) { try $0.rows(.accountByName, [.text(name)], AccountFacts.init).first }
    }

    package func size(of account: AccountID) async throws -> AccountSize {
        try await transaction(account: account) { connection in
            try connection.rows(.accountSize, [.int32(account)]) { row in
                AccountSize(
                    contacts: try row.int64(0),
                    erased: try row.int64(1),
                    suppressions: try row.int64(2),
                    campaigns: try row.int64(3)
                )
            }.only(of: .accountSize)
        }
    }

    /// - Throws: ``PostgresError`` of kind `uniqueViolation` if the account has a list of that name.
    package func createList(named name: String, account: AccountID) async throws -> Int32 {
        try await transaction(account: account) { try $0.createList(named: name, account: account, by: actor) }
    }

    package func lists(of account: AccountID) async throws -> [ListFacts] {
        try await transaction(account: account) { connection in
            try connection.rows(.lists, [.int32(account)], ListFacts.init)
        }
    }

    package func list(named name: String, account: AccountID) async throws -> Int32? {
        try await transaction(account: account) { connection in
            try connection.rows(.listByName, [.int32(account), .text(name)]) { try $0.int32(0) }.first
        }
    }

    /// Limits what an account's campaigns may track, from the next campaign on.
    package func changeTracking(of account: AccountID, to mode: TrackingMode, reason: String) async throws {
        try await transaction(account: account) { connection in
            try connection.run(.changeTracking, [.int32(account), .int16(mode.rawValue)])
            try connection.write(
                AuditEntry("account.tracking", mode.name, reason: reason),
                by: actor,
                account: account
            )
        }
    }
}

extension PostgresConnection {
    /// The same in the caller's transaction, which sees the account; it writes to the audit log.
    package func createList(named name: String, account: AccountID, by actor: String) throws -> Int32 {
        let ids = try rows(.insertList, [.int32(account), .text(name)]) { try $0.int32(0) }
        let id = try ids.only(of: .insertList)
        try write(AuditEntry("list.create", name), by: actor, account: account)
        return id
    }
}

extension AccountFacts {
    fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(id: try row.int32(0), name: try row.text(1), createdAt: try row.timestamp(2))
    }
}

extension ListFacts {
    init(_ row: borrowing PostgresRow) throws {
        self.init(
            id: try row.int32(0),
            name: try row.text(1),
            createdAt: try row.timestamp(2),
            subscribed: try row.int64(3),
            unsubscribed: try row.int64(4)
        )
    }
}

extension Array {
    /// The one row that a statement always returns.
    func only(of statement: Statement) throws(PostgresError) -> Element {
        guard let first, count == 1 else {
            throw .misuse("\(count) rows, one was expected", statement: statement.name)
        }
        return first
    }
}

extension Statement {
    static let insertAccount = Statement(
        "insert-account",
        role: .admin,
        "INSERT INTO accounts (name) VALUES ($1) RETURNING account_id"
    )
    static let accounts = Statement(
        "accounts",
        role: .admin,
        "SELECT account_id, name, created_at FROM accounts ORDER BY account_id"
    )
    /// `$1` accounts.
    static let accountsByID = Statement(
        "accounts-by-id",
        role: .admin,
        "SELECT account_id, name, created_at FROM accounts WHERE account_id = ANY ($1::int[])"
    )
    /// `$1` after this account; `$2` part of the name; `$3` rows.
    static let accountPage = Statement(
        "account-page",
        role: .admin,
        """
        SELECT account_id, name, created_at FROM accounts
        WHERE account_id > $1 AND strpos(lower(name), lower($2::text)) > 0 ORDER BY account_id LIMIT $3::int
        """
    )
    static let accountByName = Statement(
        "account-by-name",
        role: .admin,
        "SELECT account_id, name, created_at FROM accounts WHERE name = $1::text"
    )
    /// `$1` account.
    static let accountSize = Statement(
        "account-size",
        roles: [.admin, .web],
        """
        SELECT (SELECT count(*) FROM contacts WHERE account_id = $1 AND status = \(ContactStatus.active.sql)),
               (SELECT count(*) FROM contacts WHERE account_id = $1 AND status = \(ContactStatus.erased.sql)),
               (SELECT count(*) FROM suppressions WHERE account_id = $1),
               (SELECT count(*) FROM campaigns WHERE account_id = $1)
        """
    )
    /// `$1` account; `$2` name.
    static let insertList = Statement(
        "insert-list",
        roles: [.admin, .web],
        "INSERT INTO lists (account_id, name) VALUES ($1, $2) RETURNING list_id"
    )
    /// `$1` account.
    static let lists = Statement(
        "lists",
        role: .admin,
        """
        SELECT l.list_id, l.name, l.created_at,
               count(*) FILTER (WHERE m.status = \(MembershipStatus.subscribed.sql)),
               count(*) FILTER (WHERE m.status = \(MembershipStatus.unsubscribed.sql))
        FROM lists l LEFT JOIN list_members m ON m.list_id = l.list_id
        WHERE l.account_id = $1 GROUP BY l.list_id ORDER BY l.list_id
        """
    )
    /// `$1` account; `$2` name.
    static let listByName = Statement(
        "list-by-name",
        role: .admin,
        "SELECT list_id FROM lists WHERE account_id = $1 AND name = $2"
    )
    /// `$1` account; `$2` mode.
    static let changeTracking = Statement(
        "change-tracking",
        role: .admin,
        "UPDATE accounts SET tracking = $2 WHERE account_id = $1"
    )
}
