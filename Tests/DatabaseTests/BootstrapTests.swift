import Database
import DatabaseClient
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct BootstrapTests {
    @Test func `a bootstrap can be repeated, and several at the same time agree`() async throws {
        let cluster = try await PostgresCluster.start()
        let bootstrap = DatabaseBootstrap(superuser: cluster.superuser)
        let passwords: [StatementRole: String] = [.owner: "owner's \"secret\"", .worker: "worker's secret"]
        try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<4 { group.addTask { try await bootstrap.run(database: "veredus", passwords: passwords) } }
            let reports = try await group.reduce(into: []) { $0 += $1 }
            #expect(reports.filter { $0 == "database veredus created" }.count == 1)
            #expect(reports.filter { $0.hasSuffix("created") }.count == 8)
            #expect(!reports.contains { $0.contains("secret") })
        }
        for (role, password) in passwords {
            let settings = cluster.superuser.with(user: role.rawValue, password: password).with(database: "veredus")
            let connection = try await PostgresConnection.open(settings, name: "role")
            await connection.close()
        }
        let wrong = cluster.superuser.with(user: StatementRole.worker.rawValue, password: "wrong").with(
            database: "veredus"
        )
        #expect(await outcome { _ = try await PostgresConnection.open(wrong, name: "role") }?.kind == .loginRefused)
        try await cluster.stop(.fast)
    }

    @Test func `a name that could be more than a name is refused`() async throws {
        let superuser = try await PrivateDatabase.empty().superuserSettings
        for name in ["", "Veredus", "a;b", "a b", "1a", "ü", "a\"b", String(repeating: "a", count: 64)] {
            let error = await outcome { try await DatabaseBootstrap(superuser: superuser).run(database: name) }
            #expect(error?.kind == .misuse, "\(name)")
        }
    }

    @Test(arguments: StatementRole.allCases.filter { $0 != .owner })
    func `a program's role passes the walls' check and can make no table`(role: StatementRole) async throws {
        let database = try await PrivateDatabase.fresh()
        let connection = try await database.connect(role)
        try await connection.assertCannotBypassRowSecurity()
        try await connection.assertDurable()
        let error = await outcome { try await connection.execute("CREATE TABLE own ()") }
        #expect(error?.kind == .insufficientPrivilege)
        try await database.drop()
    }

    @Test func `a role that could see past the walls is refused`() async throws {
        let database = try await PrivateDatabase.empty()
        let superuser = try await database.connect()
        try await superuser.execute("CREATE TABLE t ()")
        let name = database.name
        try await superuser.execute(
            """
            CREATE ROLE \(name)_owner LOGIN PASSWORD 'x'; ALTER TABLE t OWNER TO \(name)_owner;
            CREATE ROLE \(name)_member LOGIN PASSWORD 'x' IN ROLE \(name)_owner;
            CREATE ROLE \(name)_bypass LOGIN PASSWORD 'x' BYPASSRLS;
            CREATE ROLE \(name)_second LOGIN PASSWORD 'x' NOINHERIT IN ROLE \(name)_bypass;
            GRANT CONNECT ON DATABASE \(name) TO \(name)_owner, \(name)_bypass, \(name)_second;
            """
        )
        let cases: [(user: String, says: String, because: Comment)] = [
            ("owner", "owns tables", "FORCE can be switched off by the owner"),
            ("member", "owns tables", "it can become the owner"),
            ("bypass", "has BYPASSRLS", "by attribute"),
            ("second", "has BYPASSRLS", "SET ROLE works without INHERIT"),
        ]
        for row in cases {
            let settings = database.superuserSettings.with(user: "\(name)_\(row.user)", password: "x")
            let connection = try await PostgresConnection.open(settings, name: "role")
            let error = await outcome { try await connection.assertCannotBypassRowSecurity() }
            #expect(error?.message.contains(row.says) == true, row.because)
            #expect(error?.isTransient == false)
            await connection.close()
        }
        let error = await outcome { try await superuser.assertCannotBypassRowSecurity() }
        #expect(error?.message.contains("is superuser") == true)
        let roles = ["member", "second", "owner", "bypass"].map { "\(name)_\($0)" }
        try await superuser.execute("DROP TABLE t")
        for role in roles { try await superuser.execute("DROP OWNED BY \(role); DROP ROLE \(role)") }
    }

    @Test func `who is not one of the service's roles cannot connect`() async throws {
        let database = try await PrivateDatabase.empty()
        let superuser = try await database.connect()
        let user = "\(database.name)_stranger"
        try await superuser.execute("CREATE ROLE \(user) LOGIN PASSWORD 'x'")
        let settings = database.superuserSettings.with(user: user, password: "x")
        #expect(
            await outcome { _ = try await PostgresConnection.open(settings, name: "x") }?.kind == .insufficientPrivilege
        )
        try await superuser.execute("DROP ROLE \(user)")
    }
}
