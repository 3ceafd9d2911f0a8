internal import CPostgres

extension PostgresConnection {
    /// Encodes the values, prepares on first use, executes.
    func perform(_ statement: Statement, _ values: [PostgresValue]) throws(PostgresError) -> PostgresResult {
        do throws(PostgresError) {
            return try performOnce(statement, values)
        } catch {
            // Nothing has happened yet then, unless a surrounding transaction was aborted.
            guard error.kind == .statementGone, transactionStatus == PQTRANS_IDLE else { throw error }
        }
        return try performOnce(statement, values)
    }

    private func performOnce(
        _ statement: Statement,
        _ values: [PostgresValue]
    ) throws(PostgresError) -> PostgresResult {
        try parameters.encode(values, for: statement.name)
        let isFirst = prepared[statement.name] == nil
        let serverName = try prepare(statement)
        do throws(PostgresError) {
            return try exchange(statement: statement.name, { send(serverName, on: $0) })
        } catch {
            throw noteOutdated(error, statement, isFirst: isFirst)
        }
    }

    /// Sends the encoded parameters to a prepared statement; the result is libpq's, 1 on success.
    func send(_ serverName: String, on raw: OpaquePointer) -> Int32 {
        parameters.withPointers { count, values, lengths, formats in
            PQsendQueryPrepared(raw, serverName, count, values, lengths, formats, 1)
        }
    }

    /// Ensures that the statement is prepared for the encoded parameters.
    ///
    /// - Returns: Its name on the server.
    func prepare(_ statement: Statement) throws(PostgresError) -> String {
        if let known = prepared[statement.name] {
            try check(statement, known.types)
            return known.serverName
        }
        let given = parameters.types
        preparations += 1
        let serverName = "\(statement.name)#\(preparations)"
        let oids = given.map { $0?.oid ?? 0 }
        _ = try exchange(
            statement: statement.name,
            { PQsendPrepare($0, serverName, statement.sql, Int32(oids.count), oids) }
        )
        var types = given.compactMap { $0 }
        if types.count < given.count {
            // A NULL has the type that the text gives it; the next value must have it too.
            let description = try exchange(statement: statement.name, { PQsendDescribePrepared($0, serverName) })
            types = (0..<description.parameterCount).map { description.parameterType($0) }
        }
        prepared[statement.name] = (serverName, types)
        return serverName
    }

    /// The server would silently misread a wrong type of the same width.
    private func check(_ statement: Statement, _ types: [PostgresType]) throws(PostgresError) {
        guard parameters.types.count == types.count else {
            throw .misuse("has \(types.count) parameters, \(parameters.types.count) given", statement: statement.name)
        }
        for (index, (given, expected)) in zip(parameters.types, types).enumerated() {
            guard let given, given != expected, !(given == .text && expected.isLikeText) else { continue }
            throw .misuse("$\(index + 1) is \(expected), \(given) given", statement: statement.name)
        }
    }

    /// Forgets a statement that the server no longer has, or that a migration has changed (0A000, "cached plan must
    /// not change result type"): the next use prepares it again.
    func noteOutdated(_ error: PostgresError, _ statement: Statement, isFirst: Bool) -> PostgresError {
        guard !isFirst, error.kind == .statementGone || error.sqlState == "0A000" else { return error }
        forgetPrepared()
        return PostgresError(.statementGone, sqlState: error.sqlState, error.message, statement: statement.name)
    }

    func forgetPrepared() { prepared = [:] }
}

extension PostgresType {
    /// Whether its binary form is that of `text`.
    fileprivate var isLikeText: Bool { [.varchar, .bpchar, .name].contains(self) }
}
