import DatabaseClient

/// Creates roles and database as superuser; safe to repeat: it then changes only passwords and grants.
///
/// `veredus_owner` owns the database and has BYPASSRLS (migrations and pg_dump need it); the programs' roles own
/// nothing and bypass nothing. PUBLIC loses its rights. Migrations create tables and their grants.
package struct DatabaseBootstrap: Sendable {
    private let superuser: PostgresSettings

    /// - Parameter superuser: A log-in that may create roles and databases, to any database of the server.
    package init(superuser: PostgresSettings) { self.superuser = superuser }

    /// Does it.
    ///
    /// - Parameters:
    ///   - database: The name of the database: a letter, then letters, digits and underscores, all lower case.
    ///   - passwords: By role; a role without one keeps what it has, and may log in as pg_hba.conf says.
    /// - Returns: What was done, in a sentence each; no password.
    /// - Throws: ``PostgresError``.
    @discardableResult
    package func run(database: String, passwords: [StatementRole: String] = [:]) async throws -> [String] {
        guard database.wholeMatch(of: /[a-z][a-z0-9_]{0,62}/) != nil else {
            throw PostgresError.misuse("the database's name must be of the form [a-z][a-z0-9_]*", statement: nil)
        }
        let server = try await PostgresConnection.open(superuser, name: "bootstrap")
        var report = try await prepareServer(server, database, passwords)
        await server.close()
        let inside = try await PostgresConnection.open(superuser.with(database: database), name: "bootstrap")
        // A lock is one database's, and two that grant the same rights at once fail ("tuple concurrently updated").
        try await inside.run(.lockMigrations, [.int64(Migrator.lockKey)])
        try await inside.execute(Self.databaseRights(database) + Self.schemaRights)
        try await inside.run(.unlockMigrations, [.int64(Migrator.lockKey)])
        report.append("permissions in database \(database) set")
        await inside.close()
        return report
    }

    private func prepareServer(
        _ server: PostgresConnection,
        _ database: String,
        _ passwords: [StatementRole: String]
    ) async throws -> [String] {
        var report: [String] = []
        // Roles belong to the whole server: one bootstrap at a time.
        try await server.run(.lockMigrations, [.int64(Migrator.lockKey)])
        for role in StatementRole.allCases {
            let exists = try await server.rows(.roleExists, [.text(role.rawValue)]) { try $0.bool(0) } == [true]
            if !exists {
                try await server.execute("CREATE ROLE \(role.rawValue) LOGIN")
                report.append("role \(role.rawValue) created")
            }
            let bypass = role == .owner ? "BYPASSRLS" : "NOBYPASSRLS"
            try await server.execute(
                "ALTER ROLE \(role.rawValue) LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION \(bypass)"
            )
            guard let password = passwords[role] else { continue }
            let verifier = try await server.passwordVerifier(password, for: role)
            try await server.execute("ALTER ROLE \(role.rawValue) PASSWORD '\(verifier)'")
            report.append("password of \(role.rawValue) set")
        }
        let exists = try await server.rows(.databaseExists, [.text(database)]) { try $0.bool(0) } == [true]
        if !exists {
            try await server.execute(
                "CREATE DATABASE \(database) OWNER veredus_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
            )
            report.append("database \(database) created")
        }
        try await server.run(.unlockMigrations, [.int64(Migrator.lockKey)])
        return report
    }

    /// Who may connect; these rights do not come along when the database serves as a template.
    package static func databaseRights(_ database: String) -> String {
        let roles = StatementRole.allCases.map(\.rawValue).joined(separator: ", ")
        return """
            ALTER DATABASE \(database) OWNER TO veredus_owner;
            REVOKE ALL ON DATABASE \(database) FROM PUBLIC;
            GRANT CONNECT ON DATABASE \(database) TO \(roles);
            GRANT TEMPORARY ON DATABASE \(database) TO veredus_admin;
            """
    }

    private static let schemaRights = """
        ALTER SCHEMA public OWNER TO veredus_owner;
        REVOKE ALL ON SCHEMA public FROM PUBLIC;
        GRANT USAGE ON SCHEMA public TO \(StatementRole.allCases.map(\.rawValue).joined(separator: ", "));
        """
}

extension Statement {
    fileprivate static let roleExists = Statement(
        "role-exists",
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text)"
    )
    fileprivate static let databaseExists = Statement(
        "database-exists",
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1::text)"
    )
}
