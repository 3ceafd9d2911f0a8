import Database
import DatabaseClient
import TestKit
import Testing

/// The type checker for SQL: every statement is prepared against the migrated schema, as the role that runs it.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct StatementCheckTests {
    /// Tables that grow with the number of recipients; scanning one of them stops the service.
    static let largeTables = [
        "deliveries", "contacts", "list_members", "suppressions", "retries", "replies", "events", "bounces",
        "opt_out_proofs",
        "counted", "engaged", "engagement",
    ]

    @Test func `every statement prepares against the migrated schema, and no hot one scans a large table`() async throws
    {
        try await PrivateDatabase.with { database in
            let superuser = try await database.connect()
            let large = try await tables(Self.largeTables, on: superuser)
            var problems: [String] = []
            for role in StatementRole.allCases {
                let check = StatementCheck(connection: try await database.connect(role), largeTables: large)
                for statement in Statement.all where statement.roles.contains(role) {
                    problems += try await check.problems(of: statement).map { "\(role): \($0)" }
                }
            }
            let check = StatementCheck(connection: superuser, largeTables: large)
            for statement in Statement.all where statement.roles.isEmpty {
                problems += try await check.problems(of: statement)
            }
            #expect(problems == [])
        }
    }

    @Test func `names are unique and short enough`() {
        let names = Statement.all.map(\.name)
        #expect(Set(names).count == names.count)
        // The adapter appends a number, and the server cuts at 63 bytes.
        #expect(names.filter { $0.utf8.count > 50 || $0.isEmpty } == [])
    }

    static let cases: [(statement: Statement, says: String?, because: Comment)] = [
        (Statement("good", isHot: true, "SELECT n FROM big WHERE n = $1"), nil, "by its key"),
        (Statement("page", isHot: true, "SELECT n FROM big WHERE n > $1 ORDER BY n LIMIT 10"), nil, "a keyset page"),
        (Statement("part", isHot: true, "SELECT n FROM parted WHERE n = $1"), nil, "a partition by its key"),
        (Statement("small", isHot: true, "SELECT n FROM small WHERE m = $1"), nil, "not a large table"),
        (Statement("cold", "SELECT n FROM big WHERE m = $1"), nil, "a report may take its time"),
        (Statement("scan", isHot: true, "SELECT n FROM big WHERE m = $1"), "reads all of big", "no index for m"),
        (
            Statement("index", isHot: true, "SELECT n FROM big WHERE n + 1 = $1 ORDER BY n"), "reads all of big",
            "the whole index is the whole table"
        ),
        (Statement("parts", isHot: true, "SELECT n FROM parted WHERE m = $1"), "reads all of parted_1", "a partition"),
        (
            Statement("update", isHot: true, "UPDATE big SET m = 0 FROM unnest($1::int[]) AS r(m) WHERE big.m = r.m"),
            "reads all of big", "a join without an index"
        ),
        (Statement("wrong", "SELECT absent FROM big"), "absent", "a column that does not exist"),
        (Statement("types", "SELECT n FROM big WHERE n = $1::text"), "operator does not exist", "a wrong type"),
    ]

    @Test func `the check finds what it is for`() async throws {
        let connection = try await PrivateDatabase.empty().connect()
        try await connection.execute(
            """
            CREATE TABLE big (n int PRIMARY KEY, m int);
            CREATE TABLE small (n int PRIMARY KEY, m int);
            CREATE TABLE parted (n int PRIMARY KEY, m int) PARTITION BY RANGE (n);
            CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
            """
        )
        let check = StatementCheck(
            connection: connection,
            largeTables: try await tables(["big", "parted"], on: connection)
        )
        for row in Self.cases {
            let problems = try await check.problems(of: row.statement)
            if let says = row.says {
                #expect(problems.contains { $0.contains(says) }, "\(row.because): \(problems)")
            } else {
                #expect(problems == [], row.because)
            }
        }
    }

    /// The tables of those names and their partitions.
    private func tables(_ names: [String], on connection: PostgresConnection) async throws -> Set<String> {
        let statement = Statement(
            "tables",
            """
            SELECT c.relname::text FROM unnest($1::text[]) AS t(name), LATERAL pg_partition_tree(to_regclass(t.name)) AS p
                JOIN pg_class c ON c.oid = p.relid
            UNION SELECT unnest($1::text[])
            """
        )
        return Set(try await connection.rows(statement, [.texts(names)]) { try $0.text(0) })
    }
}
