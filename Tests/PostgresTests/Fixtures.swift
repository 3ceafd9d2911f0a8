import Postgres
import TestKit

/// A connection as superuser to a new database with a table `t (n int PRIMARY KEY CHECK (n > 0))` of rows 1…`rows`.
func table(of rows: Int, in database: PrivateDatabase? = nil) async throws -> PostgresConnection {
    let database = if let database { database } else { try await PrivateDatabase.empty() }
    let connection = try await database.connect()
    try await connection.execute(
        """
        CREATE TABLE t (n int PRIMARY KEY CHECK (n > 0));
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
