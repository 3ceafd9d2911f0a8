import Core
import DatabaseClient
import Foundation
import TestKit
import Testing

@testable import Database

/// What the statements that run all the time cost on a database that has grown: pages looked at, not time.
///
/// Each runs with the statistics of before the growth, with none, and with fresh ones, in a session that has planned it
/// before. Its budget depends on what it touches alone.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct StatementCostTests {
    @Test(.timeLimit(.minutes(10)))
    func `a statement costs what it touches, whatever the statistics are`() async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(GrownDatabase.withoutAutovacuum)
            try await superuser.execute(GrownDatabase.young)
            try await superuser.execute("VACUUM ANALYZE")
            var planned: [(probe: StatementProbe, connection: PostgresConnection)] = []
            for probe in StatementProbe.all {
                let connection = try await probe.connect(to: database)
                try await probe.plan(on: connection)
                planned.append((probe, connection))
            }
            try await superuser.execute(GrownDatabase.grown)
            for (statistics, change) in [
                ("old", "SELECT 1"), ("missing", GrownDatabase.forgotten), ("fresh", "ANALYZE"),
                ("of fifty million deliveries", GrownDatabase.thoughtLarge),
            ] {
                try await superuser.execute(change)
                for (probe, connection) in planned {
                    let cost = try await probe.cost(on: connection)
                    #expect(
                        cost.pages <= probe.mostPages,
                        "\(probe.statement.name), statistics \(statistics): \(cost.pages) pages\n\(cost.plan)"
                    )
                }
            }
            for (_, connection) in planned { await connection.close() }
            await superuser.close()
        }
    }

    /// Two accounts of one size, one after the other: in the order of all numbers, half of them are the other's.
    @Test func `a page of contacts passes over no other account's`() async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(
                """
                INSERT INTO accounts (name) VALUES ('First'), ('Second');
                INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain,
                                      attributes)
                SELECT a, k, k, 1, sha256(k::bytea), 1, 'example.net', jsonb_build_object('text', repeat('x', 300))
                FROM generate_series(1, 2) a, generate_series(1, 20000) n, format('c%s@example.net', n) k ORDER BY a, n;
                """
            )
            try await superuser.execute("VACUUM ANALYZE")
            for probe in StatementProbe.ofSecondAccount {
                let connection = try await probe.connect(to: database)
                try await probe.plan(on: connection)
                let cost = try await probe.cost(on: connection)
                #expect(
                    cost.pages <= probe.mostPages,
                    "\(probe.statement.name): \(cost.pages) pages\n\(cost.plan)"
                )
                await connection.close()
            }
            await superuser.close()
        }
    }

    /// The budget itself: the import's look-up of contacts as it was, by an index that begins with the account.
    @Test func `an index that the planner may confuse with another breaks the budget`() async throws {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            try await superuser.execute(GrownDatabase.withoutAutovacuum)
            try await superuser.execute(
                "DROP INDEX contacts_by_hash; CREATE INDEX contacts_by_hash ON contacts (account_id, address_hash)"
            )
            try await superuser.execute(GrownDatabase.young)
            try await superuser.execute("ANALYZE")
            try await superuser.execute(GrownDatabase.grown)
            let probe = try #require(StatementProbe.all.first { $0.statement.name == "import-join-list" })
            let connection = try await probe.connect(to: database)
            try await probe.plan(on: connection)
            #expect(try await probe.cost(on: connection).pages > 10 * probe.mostPages)
            await connection.close()
            await superuser.close()
        }
    }
}

/// A statement, what it works on, and what it may cost.
struct StatementProbe: Sendable {
    let statement: Statement
    let role: StatementRole
    /// Run before, in the same transaction.
    var before: [String] = []
    /// The statement's parameters, as SQL.
    let arguments: String
    let rows: Int
    let pagesPerRow: Int

    /// A constant, for what every statement reads of the catalogue and of small tables.
    var mostPages: Int { 40 + rows * pagesPerRow }

    func connect(to database: PrivateDatabase) async throws -> PostgresConnection {
        var settings = database.settings(role: role)
        settings.plansForKeys = role == .worker || role == .producer
        return try await PostgresConnection.open(settings, name: "probe")
    }

    /// Makes the plan, as a program does with the first use.
    func plan(on connection: PostgresConnection) async throws {
        try await connection.execute("BEGIN")
        for sql in before { try await connection.execute(sql) }
        try await connection.execute("PREPARE \"\(statement.name)\" AS \(statement.sql)")
        try await connection.execute("EXPLAIN \(execution)")
        // A prepared statement outlives the transaction, unless its table does not.
        try await connection.execute(before.isEmpty ? "COMMIT" : "ROLLBACK")
    }

    func cost(on connection: PostgresConnection) async throws -> (pages: Int, plan: String) {
        // As a pool does.
        try await connection.execute("DISCARD PLANS")
        try await connection.execute("BEGIN")
        for sql in before { try await connection.execute(sql) }
        let explain = Statement("explain", "EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) \(execution)")
        let lines = try await connection.rows(explain) { try $0.text(0) }
        try await connection.execute("ROLLBACK")
        return (Self.pages(in: lines), lines.joined(separator: "\n"))
    }

    private var execution: String { "EXECUTE \"\(statement.name)\"\(arguments.isEmpty ? "" : "(\(arguments))")" }

    /// The pages of the top node, which has those of all nodes that it reads, and of changes that nothing reads.
    static func pages(in plan: [String]) -> Int {
        var total = buffers(in: plan[...])
        for (index, line) in plan.enumerated() {
            guard let name = line.firstMatch(of: /^ +CTE (\w+)$/)?.1 else { continue }
            guard !plan.contains(where: { $0.contains("CTE Scan on \(name) ") || $0.hasSuffix("CTE Scan on \(name)") })
            else { continue }
            total += buffers(in: plan[(index + 1)...])
        }
        return total
    }

    /// Of the first node, whose own lines end where the next begins.
    private static func buffers(in lines: ArraySlice<String>) -> Int {
        let own = lines.dropFirst().prefix { !$0.contains("->") && !$0.contains(" CTE ") }
        guard let line = own.first(where: { $0.contains("Buffers: ") }) else { return 0 }
        return line.matches(of: /(?:hit|read)=(\d+)/).reduce(0) { $0 + (Int($1.1) ?? 0) }
    }
}
