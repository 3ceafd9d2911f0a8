internal import CPostgres

extension PostgresConnection {
    /// Runs `body` between BEGIN and COMMIT, on the connection's thread; rolls back if it throws.
    ///
    /// - Throws: What `body` throws, or a ``PostgresError`` of BEGIN or COMMIT.
    @discardableResult
    package func transaction<Value: Sendable>(
        _ body: @Sendable (isolated PostgresConnection) throws -> Value
    ) throws -> Value {
        try requireIdle()
        try execute("BEGIN")
        let value: Value
        do {
            value = try body(self)
            try requireInTransaction()
        } catch {
            rollBack()
            throw error
        }
        let result = try exchange(statement: nil, commits: true, { PQsendQuery($0, "COMMIT") })
        try requireCommitted(result.commandTag)
        return value
    }

    func requireIdle() throws(PostgresError) {
        switch transactionStatus {
        case PQTRANS_IDLE, PQTRANS_UNKNOWN: return  // unknown: lost, the next call says why
        default: throw .misuse("a transaction inside a transaction", statement: nil)
        }
    }

    /// A body that ended the transaction has made its later statements commit by themselves.
    package func requireInTransaction() throws(PostgresError) {
        guard transactionStatus == PQTRANS_IDLE else { return }
        throw .misuse("the transaction was ended by one of its own commands", statement: nil)
    }

    /// A transaction with a failed statement in it answers COMMIT with ROLLBACK, and that is not an error to libpq.
    func requireCommitted(_ commandTag: String) throws(PostgresError) {
        guard commandTag != "COMMIT" else { return }
        throw .misuse(
            "COMMIT was answered with \(commandTag): the error of a statement before was ignored",
            statement: nil
        )
    }

    /// Leaves no transaction open; if that fails, the connection is lost.
    func rollBack() {
        guard transactionStatus == PQTRANS_INTRANS || transactionStatus == PQTRANS_INERROR else { return }
        do {
            try execute("ROLLBACK")
        } catch {
            close()
        }
    }
}
