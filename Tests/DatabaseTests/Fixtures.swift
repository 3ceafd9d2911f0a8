import DatabaseClient
import TestKit

/// One empty database for all tests that leave nothing in it.
let scratch = Task { try await PrivateDatabase.empty() }

/// A connection as superuser with a table `t (n int PRIMARY KEY CHECK (n > 0))` of rows 1…`rows`.
///
/// The table is the session's own, unless a database is given.
func table(of rows: Int, in database: PrivateDatabase? = nil) async throws -> PostgresConnection {
    let home = if let database { database } else { try await scratch.value }
    let connection = try await home.connect()
    try await connection.execute(
        """
        CREATE \(database == nil ? "TEMP" : "") TABLE t (n int PRIMARY KEY CHECK (n > 0));
        INSERT INTO t SELECT generate_series(1, \(rows));
        """
    )
    return connection
}

extension Statement {
    static let countAll = Statement("count-all", "SELECT count(*) FROM t")
    static let insertOne = Statement("insert-one", "INSERT INTO t VALUES ($1)")
}

extension PostgresConnection {
    func count() throws -> Int { Int(try rows(.countAll) { try $0.int64(0) }.first ?? -1) }
}

/// The error of a call; `nil` when it succeeded.
func outcome<Value>(_ call: @Sendable () async throws -> Value) async -> PostgresError? {
    do {
        _ = try await call()
        return nil
    } catch {
        return error as? PostgresError
    }
}
