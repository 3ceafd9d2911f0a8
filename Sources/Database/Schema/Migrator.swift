import DatabaseClient

/// One step of the schema; its text never changes after release.
package struct Migration: Sendable {
    /// From 1, without gaps.
    package let version: Int32
    /// As in the file's name.
    package let name: String
    package let sql: [UInt8]

    package init(version: Int32, name: String, sql: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = sql
    }

    /// All of them in order; a test compares this list with the folder.
    package static let all = [
        Migration(version: 1, name: "schema", sql: PackageResources.V0001_schema_sql),
        Migration(version: 2, name: "opt_outs", sql: PackageResources.V0002_opt_outs_sql),
        Migration(version: 3, name: "inbound", sql: PackageResources.V0003_inbound_sql),
        Migration(version: 4, name: "suppression", sql: PackageResources.V0004_suppression_sql),
        Migration(version: 5, name: "tracking", sql: PackageResources.V0005_tracking_sql),
        Migration(version: 6, name: "people", sql: PackageResources.V0006_people_sql),
        Migration(version: 7, name: "api", sql: PackageResources.V0007_api_sql),
        Migration(version: 8, name: "opt_out_proofs", sql: PackageResources.V0008_opt_out_proofs_sql),
        Migration(version: 9, name: "erasure", sql: PackageResources.V0009_erasure_sql),
        Migration(version: 10, name: "webhooks", sql: PackageResources.V0010_webhooks_sql),
        Migration(version: 11, name: "repeated_opt_outs", sql: PackageResources.V0011_repeated_opt_outs_sql),
        Migration(version: 12, name: "mail_shelves", sql: PackageResources.V0012_mail_shelves_sql),
        Migration(version: 13, name: "token_keys", sql: PackageResources.V0013_token_keys_sql),
        Migration(version: 14, name: "opt_out_ways", sql: PackageResources.V0014_opt_out_ways_sql),
        Migration(version: 15, name: "scheduled", sql: PackageResources.V0015_scheduled_sql),
        Migration(version: 16, name: "recent_opens", sql: PackageResources.V0016_recent_opens_sql),
        Migration(version: 17, name: "journal", sql: PackageResources.V0017_journal_sql),
        Migration(version: 18, name: "plans", sql: PackageResources.V0018_plans_sql),
        Migration(version: 19, name: "search", sql: PackageResources.V0019_search_sql),
        Migration(version: 20, name: "left", sql: PackageResources.V0020_left_sql),
        Migration(version: 21, name: "room", sql: PackageResources.V0021_room_sql),
        Migration(version: 22, name: "flight_logs", sql: PackageResources.V0022_flight_logs_sql),
    ]
}

/// Brings the schema up to what this program needs: forward only, each step in a transaction of its own.
///
/// It logs in as `veredus_owner`. Concurrent migrations wait for each other. It refuses if an applied step has a
/// different text here, or if the database is newer than the program.
package struct Migrator: Sendable {
    /// Of `pg_advisory_lock`: "veredus" in ASCII, so that it is recognised in pg_locks.
    static let lockKey: Int64 = 0x76_6572_6564_7573

    private let migrations: [Migration]

    package init(_ migrations: [Migration] = Migration.all) { self.migrations = migrations }

    /// A mismatch between the schema and the program.
    package enum Mismatch: Error, Equatable, CustomStringConvertible, Sendable {
        case behind(schema: Int32, program: Int32)
        case newer(schema: Int32, program: Int32)
        case changed(version: Int32, name: String)

        package var description: String {
            switch self {
            case .behind(let schema, let program):
                "the schema is at \(schema), this program needs \(program). Run `veredus migrate`."
            case .newer(let schema, let program):
                "the schema is at \(schema), this program knows \(program) only. Install the newer program."
            case .changed(let version, let name):
                "migration \(version) (\(name)) was applied with a different text than this program's. "
                    + "Restore the text it was released with, and put the change into a new migration."
            }
        }
    }

    /// Applies what is missing.
    ///
    /// - Parameters:
    ///   - connection: Logged in as the owner of the database.
    ///   - notify: Receives progress messages: a wait, an applied step.
    /// - Returns: The versions that were applied; empty when there was nothing to do.
    /// - Throws: ``Mismatch``, or the ``PostgresError`` of the step that failed; the steps before it stay applied. The
    ///   connection is closed then, and its lock with it.
    @discardableResult
    package func migrate(
        on connection: PostgresConnection,
        notify: @Sendable (String) -> Void = { _ in }
    ) async throws -> [Int32] {
        // A step may take as long as its table is large.
        try await connection.execute("SET statement_timeout = 0")
        try await lock(connection, notify)
        do {
            let applied = try await applyMissing(on: connection, notify)
            try await connection.run(.unlockMigrations, [.int64(Self.lockKey)])
            return applied
        } catch {
            // With the session goes its lock.
            await connection.close()
            throw error
        }
    }

    /// The versions that `migrate` would apply.
    ///
    /// - Throws: ``Mismatch`` when it would refuse.
    package func pending(on connection: PostgresConnection) async throws -> [Int32] {
        let applied = try await applied(on: connection)
        try await compare(applied, on: connection)
        return migrations.map(\.version).filter { $0 > applied.last?.version ?? 0 }
    }

    /// Passes only when the schema is the one this program was built for; for the start of every program.
    ///
    /// - Throws: ``Mismatch``.
    package func verify(on connection: PostgresConnection) async throws {
        guard let last = try await pending(on: connection).last else { return }
        throw Mismatch.behind(schema: try await applied(on: connection).last?.version ?? 0, program: last)
    }

    private func lock(_ connection: PostgresConnection, _ notify: @Sendable (String) -> Void) async throws {
        let got = try await connection.rows(.tryLockMigrations, [.int64(Self.lockKey)]) { try $0.bool(0) }
        guard got != [true] else { return }
        notify("waiting for another migration to finish")
        try await connection.run(.lockMigrations, [.int64(Self.lockKey)])
    }

    private func applyMissing(
        on connection: PostgresConnection,
        _ notify: @Sendable (String) -> Void
    ) async throws -> [Int32] {
        try await connection.execute(Self.createTable)
        let missing = try await pending(on: connection)
        for migration in migrations where missing.contains(migration.version) {
            try await connection.transaction { connection in
                try connection.execute(String(decoding: migration.sql, as: UTF8.self))
                try connection.requireInTransaction()
                try connection.run(
                    .recordMigration,
                    [.int32(migration.version), .text(migration.name), .bytes(migration.sql)]
                )
            }
            notify("applied migration \(migration.version) (\(migration.name))")
        }
        return missing
    }

    private struct Applied: Sendable {
        let version: Int32
        let checksum: [UInt8]
    }

    private func applied(on connection: PostgresConnection) async throws -> [Applied] {
        guard try await connection.rows(.migrationTableExists, [], { try $0.bool(0) }) == [true] else { return [] }
        return try await connection.rows(.appliedMigrations) { row in
            Applied(version: try row.int32(0), checksum: try row.bytes(1))
        }
    }

    private func compare(_ applied: [Applied], on connection: PostgresConnection) async throws {
        let newest = migrations.last?.version ?? 0
        if let last = applied.last, last.version > newest {
            throw Mismatch.newer(schema: last.version, program: newest)
        }
        let texts = PostgresValue.byteArrays(migrations.map(\.sql))
        let checksums = try await connection.rows(.checksums, [texts]) { try $0.bytes(0) }
        for (migration, checksum) in zip(migrations, checksums) {
            guard let entry = applied.first(where: { $0.version == migration.version }) else {
                // A step below a newer one was left out: the list has changed.
                guard migration.version > applied.last?.version ?? 0 else {
                    throw Mismatch.changed(version: migration.version, name: migration.name)
                }
                continue
            }
            guard entry.checksum == checksum else {
                throw Mismatch.changed(version: migration.version, name: migration.name)
            }
        }
    }

    /// Every program reads it at its start.
    private static let createTable = """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version int PRIMARY KEY,
            name text NOT NULL,
            checksum bytea NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        GRANT SELECT ON schema_migrations TO PUBLIC;
        """
}

extension Statement {
    static let tryLockMigrations = Statement("try-lock-migrations", "SELECT pg_try_advisory_lock($1::bigint)")
    static let lockMigrations = Statement("lock-migrations", "SELECT pg_advisory_lock($1::bigint)")
    static let unlockMigrations = Statement("unlock-migrations", "SELECT pg_advisory_unlock($1::bigint)")

    static let migrationTableExists = Statement(
        "migration-table-exists",
        "SELECT to_regclass('schema_migrations') IS NOT NULL"
    )
    static let appliedMigrations = Statement(
        "applied-migrations",
        "SELECT version, checksum FROM schema_migrations ORDER BY version"
    )
    /// The server computes both sides, so that they cannot differ by library.
    static let recordMigration = Statement(
        "record-migration",
        "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, sha256($3))"
    )
    /// `$1` texts, in order.
    static let checksums = Statement(
        "migration-checksums",
        "SELECT sha256(t.sql) FROM unnest($1::bytea[]) WITH ORDINALITY AS t(sql, place) ORDER BY t.place"
    )
}
