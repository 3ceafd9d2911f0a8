import Database
import TestKit
import Testing

@testable import DatabaseClient

/// Faults 21 and 22 of docs/explanation/faults.md: replies that are lost, a server that falls.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct FaultTests {
    enum Call: CaseIterable {
        case transaction, pipeline, statement

        func insert(_ number: Int32, on connection: PostgresConnection) async throws {
            switch self {
            case .transaction: try await connection.transaction { try $0.run(.insertOne, [.int32(number)]) }
            case .pipeline: try await connection.pipelinedTransaction([PipelineStep(.insertOne, [.int32(number)])])
            case .statement: try await connection.run(.insertOne, [.int32(number)])
            }
        }

        /// What is on the wire when it commits: a statement outside of a transaction commits by itself.
        var word: String {
            switch self {
            case .transaction: "COMMIT"
            // Prepared, as all of a pipeline.
            case .pipeline: "commit#"
            case .statement: "insert-one"
            }
        }
    }

    struct Proxied {
        let proxy: CuttingProxy
        let connection: PostgresConnection
        let observer: PostgresConnection
    }

    /// A connection through a proxy, with the insert and a pipeline's COMMIT already prepared, and one that looks on from the side.
    private func proxied(replyTimeout: Duration? = nil) async throws -> Proxied {
        let database = try await PrivateDatabase.empty()
        let observer = try await table(of: 1, in: database)
        let settings = database.superuserSettings
        let proxy = try CuttingProxy(to: settings.port)
        let password = try #require(settings.password)
        var through = try PostgresSettings(
            parsing: "postgresql://\(settings.user):\(password)@127.0.0.1:\(proxy.port)/\(settings.database)"
        )
        through.replyTimeout = replyTimeout
        let connection = try await PostgresConnection.open(through, name: "proxied")
        try await connection.run(.insertOne, [.int32(2)])
        try await connection.pipelinedTransaction([])
        return Proxied(proxy: proxy, connection: connection, observer: observer)
    }

    @Test(arguments: Call.allCases)
    func `a lost reply to COMMIT is an unknown commit`(call: Call) async throws {
        let it = try await proxied()
        it.proxy.arm(.cutAfterAnswer, at: call.word)
        let error = await outcome { try await call.insert(3, on: it.connection) }
        #expect(error?.kind == .connectionLost)
        #expect(error?.commitUnknown == true)
        #expect(error?.isTransient == true)
        #expect(try await it.observer.count() == 3, "it was committed")
        #expect(await !it.connection.isUsable)
    }

    @Test(arguments: Call.allCases)
    func `a COMMIT that was lost on its way is an unknown commit too`(call: Call) async throws {
        let it = try await proxied()
        it.proxy.arm(.cutBefore, at: call.word)
        let error = await outcome { try await call.insert(3, on: it.connection) }
        #expect(error?.commitUnknown == true, "from here it looks the same")
        #expect(try await it.observer.count() == 2)
    }

    @Test func `a connection lost before COMMIT was sent has committed nothing`() async throws {
        let it = try await proxied()
        it.proxy.arm(.cutAfterAnswer, at: "insert-one")
        let error = await outcome { try await Call.transaction.insert(3, on: it.connection) }
        #expect(error?.kind == .connectionLost)
        #expect(error?.commitUnknown == false)
        #expect(error?.statement == "insert-one")
        #expect(try await it.observer.count() == 2)
        let later = await outcome { try await it.connection.run(.countAll) }
        #expect(later?.kind == .connectionLost)
        #expect(later?.commitUnknown == false)
    }

    @Test func `a session that the server ends before COMMIT has committed nothing`() async throws {
        let terminate = Statement("terminate-self", "SELECT pg_terminate_backend(pg_backend_pid())")
        for isPipelined in [false, true] {
            let connection = try await table(of: 1)
            let error = await outcome {
                if isPipelined {
                    try await connection.pipelinedTransaction([PipelineStep(terminate), PipelineStep(.countAll)])
                } else {
                    try await connection.transaction { try $0.run(terminate) }
                }
            }
            #expect(error?.kind == .shuttingDown, "the server's own words come before the end")
            #expect(error?.commitUnknown == false)
            #expect(error?.statement == "terminate-self")
            #expect(await !connection.isUsable)
        }
    }

    @Test(arguments: Call.allCases)
    func `a server that falls silent is given up`(call: Call) async throws {
        let it = try await proxied(replyTimeout: .seconds(2))
        it.proxy.arm(.silentAfterAnswer, at: call.word)
        let error = await outcome { try await call.insert(3, on: it.connection) }
        #expect(error?.kind == .connectionLost)
        #expect(error?.message.contains("silent") == true)
        #expect(error?.commitUnknown == true)
        #expect(await !it.connection.isUsable)
    }

    @Test func `a COPY that is cut is a lost connection`() async throws {
        let it = try await proxied()
        let error = await outcome {
            _ = try await it.connection.transaction { connection in
                it.proxy.arm(.cutBefore, at: "99999\n")
                var chunks = 0
                return try connection.copyIn("COPY t FROM STDIN") {
                    chunks += 1
                    return chunks > 1_000 ? nil : Array("99999\n".utf8)
                }
            }
        }
        #expect(error?.kind == .connectionLost)
        #expect(error?.commitUnknown == false, "COMMIT was not sent")
    }

    @Test func `a server that falls is a transient error, and the pool reconnects`() async throws {
        let cluster = try await PostgresCluster.start()
        let database = try await PrivateDatabase.empty(on: cluster)
        let pool = PostgresPool(settings: database.superuserSettings, name: "pool", size: 2)
        try await pool.withConnection { try await $0.execute("CREATE TABLE t (n int)") }
        for round in 1...3 {
            let asleep = Statement(
                "asleep",
                """
                SELECT count(*) FROM pg_stat_activity, pg_sleep(0.01)
                WHERE wait_event = 'PgSleep' AND query LIKE 'INSERT%' AND datname = current_database()
                """
            )
            async let broken = outcome {
                try await pool.withConnection { connection in
                    try await connection.run(Statement("sleep", "INSERT INTO t SELECT 1 FROM pg_sleep(600)"))
                }
            }
            try await pool.withConnection { connection in
                try await eventually("the INSERT sleeps") {
                    try await connection.rows(asleep, []) { try $0.int64(0) } != [0]
                }
            }
            try await cluster.stop(.immediate)
            let error = await broken
            #expect(error?.isTransient == true, "\(error?.description ?? "")")
            #expect(error?.commitUnknown == true, "a statement that commits by itself")
            let away = await outcome { try await pool.withConnection(deadline: .milliseconds(100)) { _ in } }
            #expect(away?.isTransient == true, "\(away?.description ?? "")")

            // Whoever asks while it is down and has patience is served when it is back.
            async let patient = pool.withConnection(deadline: .seconds(60)) { connection in
                try await connection.run(Statement("insert", "INSERT INTO t VALUES ($1)"), [.int32(Int32(round))])
            }
            try await cluster.start()
            #expect(try await patient == 1)
        }
        #expect(try await pool.withConnection { try await $0.count() } == 3)
        await pool.close()
        try await cluster.stop(.fast)
    }

    @Test func `a server that may forget commits is refused`() async throws {
        let cluster = try await PostgresCluster.start(settings: ["fsync = off", "full_page_writes = off"])
        let connection = try await PrivateDatabase.empty(on: cluster).connect()
        try await connection.execute("SET synchronous_commit = off")
        let error = await outcome { try await connection.assertDurable() }
        for name in ["fsync", "full_page_writes", "synchronous_commit"] {
            #expect(error?.description.contains(name) == true)
        }
        #expect(error?.isTransient == false)
        await connection.close()
        try await cluster.stop(.fast)
    }
}
