import Database
import DatabaseClient
import Foundation
import Synchronization

/// A database for one test: migrated, with all roles, and with nothing in it.
///
/// It is copied from a template that is migrated once. The cluster is the one that `VEREDUS_TEST_POSTGRES_URL` (a
/// superuser's) names, else one of the test process's own, started on first use.
package struct PrivateDatabase: Sendable {
    package let name: String
    private let superuser: PostgresSettings

    /// Whether tests that need PostgreSQL are to run: with `REQUIRE_SERVERS=1` always, and then they fail without it.
    package static var isAvailable: Bool {
        let environment = ProcessInfo.processInfo.environment
        return environment["REQUIRE_SERVERS"] == "1" || environment[urlVariable] != nil || PostgresCluster.isInstalled
    }

    /// A migrated database, on the given cluster or on the shared one; ``drop()`` it after use, or let it go with the
    /// cluster.
    package static func fresh(on cluster: PostgresCluster? = nil) async throws -> PrivateDatabase {
        try await make(on: cluster, isMigrated: true)
    }

    /// A database with roles and rights, but without tables.
    package static func empty(on cluster: PostgresCluster? = nil) async throws -> PrivateDatabase {
        try await make(on: cluster, isMigrated: false)
    }

    /// Lends a migrated database and drops it.
    package static func with<Value: Sendable>(
        _ body: (PrivateDatabase) async throws -> Value
    ) async throws -> Value {
        let database = try await fresh()
        do {
            let value = try await body(database)
            try await database.drop()
            return value
        } catch {
            try? await database.drop()
            throw error
        }
    }

    /// A log-in as one of the service's roles.
    package func settings(role: StatementRole) -> PostgresSettings {
        superuser.with(user: role.rawValue, password: Self.rolePassword).with(database: name)
    }

    /// A log-in as superuser, to inspect or break things.
    package var superuserSettings: PostgresSettings { superuser.with(database: name) }

    /// The value for a program's settings.
    package func url(role: StatementRole) -> String {
        let host = superuser.host.replacingOccurrences(of: "/", with: "%2F")
        return "postgresql://\(role.rawValue):\(Self.rolePassword)@\(host):\(superuser.port)/\(name)"
    }

    /// Opens a connection as one of the roles, or as superuser.
    package func connect(_ role: StatementRole? = nil, name: String = "test") async throws -> PostgresConnection {
        try await PostgresConnection.open(role.map { settings(role: $0) } ?? superuserSettings, name: name)
    }

    package func drop() async throws {
        try await Self.execute(superuser, "DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
    }

    /// A copy, as a dump of it would be when it is restored; nobody is connected while it is made.
    package func copy() async throws -> PrivateDatabase {
        let count = Self.number.add(1, ordering: .relaxed).newValue
        let copy = PrivateDatabase(
            name: "test_\(getpid())_\(count)_\(UInt16.random(in: 0...(.max)))",
            superuser: superuser
        )
        try await copy.make(from: name)
        return copy
    }

    /// Becomes what a copy was, under its own name.
    package func restore(from copy: PrivateDatabase) async throws {
        try await drop()
        try await make(from: copy.name)
    }

    private func make(from template: String) async throws {
        let server = try await PostgresConnection.open(superuser, name: "fixture")
        for attempt in 1... {
            do {
                // Whoever has just closed a connection may still be on the way out.
                try await server.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(template)'"
                )
                try await server.execute("CREATE DATABASE \(name) TEMPLATE \(template)")
                break
            } catch {
                guard attempt < 50 else { throw error }
                // PostgreSQL does not tell when the last backend has left.
                try await Task.sleep(for: .milliseconds(50))
            }
        }
        try await server.execute(DatabaseBootstrap.databaseRights(name))
        await server.close()
    }

    private static let urlVariable = "VEREDUS_TEST_POSTGRES_URL"
    /// Of every role on a test cluster, which listens on loopback only.
    private static let rolePassword = "test-only"
    private static let number = Atomic<Int>(0)
    /// Held while templates are made and old databases dropped; any otherwise unused number.
    private static let lockKey = 7_362
    private static let shared = SharedClusters()

    private static func make(on cluster: PostgresCluster?, isMigrated: Bool) async throws -> PrivateDatabase {
        let superuser = if let cluster { cluster.superuser } else { try await shared.superuser() }
        let count = number.add(1, ordering: .relaxed).newValue
        let database = PrivateDatabase(
            name: "test_\(getpid())_\(count)_\(UInt16.random(in: 0...(.max)))",
            superuser: superuser
        )
        let template = try await shared.template(on: superuser, isMigrated: isMigrated)
        try await execute(superuser, "CREATE DATABASE \(database.name) TEMPLATE \(template)")
        try await execute(superuser, DatabaseBootstrap.databaseRights(database.name))
        return database
    }

    fileprivate static func execute(_ settings: PostgresSettings, _ sql: String) async throws {
        let connection = try await PostgresConnection.open(settings, name: "fixture")
        try await connection.execute(sql)
        await connection.close()
    }

    /// Makes a template once per cluster: several test processes may share one, so that it is renamed when complete.
    fileprivate static func makeTemplate(on superuser: PostgresSettings, isMigrated: Bool) async throws -> String {
        var checksum: UInt64 = 0xcbf2_9ce4_8422_2325  // FNV-1a: enough to tell one schema from the next
        for byte in Migration.all.flatMap({ [UInt8(truncatingIfNeeded: $0.version)] + $0.sql }) {
            checksum = (checksum ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let name = isMigrated ? "template_\(String(checksum, radix: 16))" : "template_without_tables"
        let lock = try await PostgresConnection.open(superuser, name: "fixture")
        try await lock.execute("SELECT pg_advisory_lock(\(lockKey))")
        let known = try await lock.rows(.countDatabases, [.text(name)]) { try $0.int64(0) }
        if known == [0] {
            let draft = "\(name)_draft"
            try await lock.execute("DROP DATABASE IF EXISTS \(draft) WITH (FORCE)")
            let passwords = Dictionary(uniqueKeysWithValues: StatementRole.allCases.map { ($0, rolePassword) })
            try await DatabaseBootstrap(superuser: superuser).run(database: draft, passwords: passwords)
            if isMigrated {
                let owner = superuser.with(user: StatementRole.owner.rawValue, password: rolePassword)
                let connection = try await PostgresConnection.open(owner.with(database: draft), name: "fixture")
                try await Migrator().migrate(on: connection)
                await connection.close()
            }
            try await lock.execute("ALTER DATABASE \(draft) RENAME TO \(name)")
        }
        await lock.close()
        return name
    }

    /// Drops databases that ended test processes have left on a cluster that outlives them.
    fileprivate static func dropAbandoned(on superuser: PostgresSettings) async throws {
        let connection = try await PostgresConnection.open(superuser, name: "fixture")
        try await connection.execute("SELECT pg_advisory_lock(\(lockKey))")
        for name in try await connection.rows(.testDatabases, [], { try $0.text(0) }) {
            guard let pid = name.split(separator: "_").dropFirst().first.flatMap({ pid_t($0) }) else { continue }
            guard kill(pid, 0) != 0, errno == ESRCH else { continue }
            try await connection.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
        }
        await connection.close()
    }

    /// The cluster and the templates that all tests of this process use; each is made by the first that asks.
    private actor SharedClusters {
        private var starting: Task<PostgresSettings, any Error>?
        private var cluster: PostgresCluster?
        private var templates: [String: Task<String, any Error>] = [:]

        func superuser() async throws -> PostgresSettings {
            if let starting { return try await starting.value }
            let task = Task {
                if let url = ProcessInfo.processInfo.environment[urlVariable] {
                    let superuser = try PostgresSettings(parsing: url)
                    try await dropAbandoned(on: superuser)
                    return superuser
                }
                let started = try await PostgresCluster.start()
                cluster = started
                return started.superuser
            }
            starting = task
            return try await task.value
        }

        func template(on superuser: PostgresSettings, isMigrated: Bool) async throws -> String {
            let key = "\(superuser) \(isMigrated)"
            if let made = templates[key] { return try await made.value }
            let task = Task { try await makeTemplate(on: superuser, isMigrated: isMigrated) }
            templates[key] = task
            return try await task.value
        }
    }
}

extension Statement {
    fileprivate static let testDatabases = Statement(
        "test-databases",
        "SELECT datname::text FROM pg_database WHERE datname ~ '^test_[0-9]+_'"
    )
    fileprivate static let countDatabases = Statement(
        "count-databases",
        "SELECT count(*) FROM pg_database WHERE datname = $1::text"
    )
}
