import DatabaseClient
import Glibc
import Synchronization
import TestKit
import Testing

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct ConnectionTests {
    @Test func `a statement says how many rows it changed`() async throws {
        let connection = try await table(of: 3)
        #expect(try await connection.run(Statement("double", "UPDATE t SET n = n * 2 WHERE n > $1"), [.int32(1)]) == 2)
        #expect(try await connection.run(Statement("none", "DELETE FROM t WHERE n > $1"), [.int32(99)]) == 0)
        #expect(try await connection.run(.countAll) == 1)
    }

    static let failures: [(sql: String, kind: PostgresError.Kind, state: String, isTransient: Bool)] = [
        ("INSERT INTO t VALUES (1)", .uniqueViolation, "23505", false),
        ("INSERT INTO t VALUES (-1)", .checkViolation, "23514", false),
        ("SELECT * FROM nowhere", .other, "42P01", false),
        ("SELECT 1/0", .other, "22012", false),
        ("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", .serializationFailure, "40001", true),
        ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", .diskFull, "53100", true),
        ("DO $$ BEGIN RAISE SQLSTATE '53300'; END $$", .diskFull, "53300", true),
        ("SET ROLE veredus_worker; CREATE TABLE public.u ()", .insufficientPrivilege, "42501", false),
    ]

    @Test func `an error has a kind, and the connection goes on`() async throws {
        let connection = try await table(of: 3)
        for (index, row) in Self.failures.enumerated() {
            let error = await #expect(throws: PostgresError.self) {
                if row.sql.contains(";") {
                    try await connection.execute(row.sql)
                } else {
                    try await connection.run(Statement("failure-\(index)", row.sql))
                }
            }
            #expect(error?.kind == row.kind, "\(row.sql)")
            #expect(error?.sqlState == row.state)
            #expect(error?.isTransient == row.isTransient)
            #expect(error?.commitUnknown == false)
            try await connection.execute("RESET ROLE")
            #expect(try await connection.count() == 3)
        }
    }

    @Test func `an error tells no row`() async throws {
        let connection = try await scratch.value.connect()
        try await connection.execute(
            "CREATE TEMP TABLE people (address text PRIMARY KEY, CONSTRAINT dots CHECK (address ~ '\\.'))"
        )
        let insert = Statement("insert-person", "INSERT INTO people VALUES ($1)")
        try await connection.run(insert, [.text("ada@example.org")])
        let attempts: [(Statement, [PostgresValue])] = [
            (insert, [.text("ada@example.org")]),
            (Statement("cast", "SELECT $1::text::int"), [.text("ada@example.org")]),
            (Statement("json", "SELECT $1::text::jsonb"), [.text("ada@\"example.org")]),
        ]
        for (statement, values) in attempts {
            let error = await #expect(throws: PostgresError.self) { try await connection.run(statement, values) }
            #expect(error?.description.contains("ada") == false, "\(error?.description ?? "")")
            #expect(error?.description.contains("statement \(statement.name)") == true)
        }
        let twice = await #expect(throws: PostgresError.self) {
            try await connection.run(insert, [.text("ada@example.org")])
        }
        #expect(twice?.constraint == "people_pkey")
    }

    @Test func `a lock that is not had in time and a statement that takes too long are transient`() async throws {
        let database = try await PrivateDatabase.empty()
        let first = try await table(of: 1, in: database)
        var impatient = database.superuserSettings
        impatient.statementTimeout = .milliseconds(50)
        let second = try await PostgresConnection.open(impatient, name: "impatient")
        let slow = await #expect(throws: PostgresError.self) {
            try await second.run(Statement("sleep", "SELECT pg_sleep(60)"))
        }
        #expect(slow?.kind == .queryCanceled)
        try await first.execute("BEGIN; LOCK TABLE t")
        try await second.execute("SET lock_timeout = 10; SET statement_timeout = 0")
        let locked = await #expect(throws: PostgresError.self) { try await second.count() }
        #expect(locked?.kind == .lockTimeout)
        #expect(locked?.isTransient == true)
    }

    @Test func `of two transactions that wait for each other one is told so`() async throws {
        let database = try await PrivateDatabase.empty()
        let first = try await table(of: 2, in: database)
        let second = try await database.connect()
        let update = Statement("touch", "UPDATE t SET n = n WHERE n = $1")
        try await first.execute("SET deadlock_timeout = '10ms'; BEGIN")
        try await second.execute("SET deadlock_timeout = '10ms'; BEGIN")
        try await first.run(update, [.int32(1)])
        try await second.run(update, [.int32(2)])
        async let one = outcome { try await first.run(update, [.int32(2)]) }
        async let other = outcome { try await second.run(update, [.int32(1)]) }
        // Whoever was chosen rolls back, so that the other one gets its lock.
        let errors = await [one, other]
        #expect(errors.compactMap { $0?.kind } == [.deadlock])
        #expect(errors.compactMap { $0?.isTransient } == [true])
    }

    @Test func `a running statement can be cancelled from another thread`() async throws {
        let database = try await PrivateDatabase.empty()
        let connection = try await database.connect(name: "to-be-cancelled")
        let observer = try await database.connect()
        async let error = outcome { try await connection.run(Statement("sleep", "SELECT pg_sleep(60)")) }
        let sleeping = Statement(
            "sleeping",
            "SELECT wait_event = 'PgSleep' FROM pg_stat_activity, pg_sleep(0.01) WHERE pid = $1 AND state = 'active'"
        )
        let pid = try await database.connect().rows(
            Statement(
                "pid",
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'to-be-cancelled' AND datname = current_database()"
            ),
            [],
            { try $0.int32(0) }
        )
        try await eventually("it sleeps") {
            try await observer.rows(sleeping, [.int32(pid[0])]) { try $0.optionalBool(0) ?? false } == [true]
        }
        connection.cancel()
        #expect(await error?.kind == .queryCanceled)
        #expect(try await connection.rows(Statement("one", "SELECT 1"), []) { try $0.int32(0) } == [1])
    }

    @Test func `prepared statements that are gone are prepared anew`() async throws {
        let connection = try await table(of: 3, in: PrivateDatabase.empty())
        #expect(try await connection.count() == 3)
        try await connection.execute("DISCARD ALL")
        // In a transaction, where it could not be tried again:
        #expect(try await connection.transaction { try $0.count() } == 3)
        // Behind the adapter's back, as a connection pooler in between would do it:
        try await connection.execute("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$")
        #expect(try await connection.count() == 3)
    }

    @Test func `a statement whose result a migration has changed is prepared anew`() async throws {
        let connection = try await table(of: 1)
        let all = Statement("all-columns", "SELECT * FROM t")
        #expect(try await connection.rows(all) { try $0.int32(0) } == [1])
        try await connection.execute("ALTER TABLE t ALTER n TYPE int8")
        #expect(try await connection.rows(all) { try $0.int64(0) } == [1])
        try await connection.execute("ALTER TABLE t ALTER n TYPE int4")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.transaction { connection in try connection.rows(all) { try $0.int32(0) } }
        }
        #expect(error?.kind == .statementGone, "in a transaction it is for the caller to repeat it")
        #expect(error?.isTransient == true)
        #expect(try await connection.rows(all) { try $0.int32(0) } == [1])
    }

    @Test func `a closed connection says so`() async throws {
        let connection = try await scratch.value.connect()
        await connection.close()
        await connection.close()
        #expect(await !connection.isUsable)
        let error = await #expect(throws: PostgresError.self) { try await connection.run(.countAll) }
        #expect(error?.kind == .connectionLost)
        #expect(error?.commitUnknown == false, "nothing was sent")
        connection.cancel()
    }

    @Test func `a connection is opened and freed two hundred times`() async throws {
        let settings = try await scratch.value.superuserSettings
        let freed = Atomic<Int>(0)
        for _ in 0..<200 {
            let connection = try await PostgresConnection.open(settings, name: "loop") {
                freed.add(1, ordering: .relaxed)
            }
            try await connection.run(Statement("one", "SELECT $1::text"), [.text("x")])
            await connection.close()
        }
        #expect(freed.load(ordering: .relaxed) == 200)
    }

    @Test func `a connection that nobody keeps is freed on its own thread`() async throws {
        let settings = try await scratch.value.superuserSettings
        let (threads, freedOn) = AsyncStream.makeStream(of: UInt.self)
        var connection: PostgresConnection? = try await .open(settings, name: "dropped") {
            freedOn.yield(UInt(pthread_self()))
        }
        let own = try await connection?.transaction { _ in UInt(pthread_self()) }
        connection = nil
        for await thread in threads {
            #expect(thread == own)
            break
        }
    }

    @Test func `a failed log-in frees what it had`() async throws {
        let settings = try await scratch.value.superuserSettings
        let freed = Atomic<Int>(0)
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.open(settings.with(user: "nobody", password: "wrong-secret"), name: "x") {
                freed.add(1, ordering: .relaxed)
            }
        }
        #expect(freed.load(ordering: .relaxed) == 1)
        #expect(error?.kind == .loginRefused)
        #expect(error?.sqlState == "28P01")
        #expect(error?.isTransient == false)
        #expect(error?.description.contains("wrong-secret") == false)
    }

    @Test func `where nobody listens is unreachable`() async throws {
        let settings = try PostgresSettings(parsing: "postgresql://u:secret@127.0.0.1:\(LoopbackPorts.free(1)[0])/d")
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.open(settings, name: "x")
        }
        #expect(error?.kind == .unreachable)
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("secret") == false)
    }

    @Test func `a database that does not exist is a refused log-in`() async throws {
        let settings = try await scratch.value.superuserSettings.with(database: "nowhere")
        let error = await #expect(throws: PostgresError.self) {
            _ = try await PostgresConnection.open(settings, name: "x")
        }
        #expect(error?.kind == .loginRefused)
        #expect(error?.sqlState == "3D000")
    }

    @Test func `a session has UTC, its timeouts and its name`() async throws {
        var settings = try await scratch.value.superuserSettings
        settings.statementTimeout = .seconds(7)
        let connection = try await PostgresConnection.open(settings, name: "named")
        let shown = Statement(
            "shown",
            """
            SELECT concat_ws(' ', current_setting('TimeZone'), current_setting('statement_timeout'),
                current_setting('idle_in_transaction_session_timeout'), current_setting('application_name'),
                current_setting('client_encoding'))
            """
        )
        #expect(try await connection.rows(shown) { try $0.text(0) } == ["UTC 7s 30s named UTF8"])
    }
}
