internal import CPostgres

/// One statement of a pipelined transaction.
package struct PipelineStep: Sendable {
    package let statement: Statement
    package let values: [PostgresValue]
    /// Called for each row, on the connection's thread; `nil` drops the rows.
    package let decode: (@Sendable (borrowing PostgresRow) throws -> Void)?

    package init(
        _ statement: Statement,
        _ values: [PostgresValue] = [],
        decode: (@Sendable (borrowing PostgresRow) throws -> Void)? = nil
    ) {
        self.statement = statement
        self.values = values
        self.decode = decode
    }
}

extension PipelineStep {
    // Prepared, too: parsed each time, they would cost the server as much as a message.
    fileprivate static let begin = PipelineStep(Statement("begin", "BEGIN"))
    fileprivate static let commit = PipelineStep(Statement("commit", "COMMIT"))
    fileprivate static let rollback = PipelineStep(Statement("rollback", "ROLLBACK"))
}

extension PostgresConnection {
    /// BEGIN, the steps and COMMIT in one round trip; statements that are new to the connection are prepared before.
    ///
    /// A failed step rolls everything back. Rows are decoded before the COMMIT is known to have succeeded: use them
    /// only when this returns.
    ///
    /// - Throws: ``PostgresError``; or what a decoder threw, and then the transaction was committed all the same.
    package func pipelinedTransaction(_ steps: [PipelineStep]) throws {
        try requireIdle()
        for step in [.begin] + steps + [.commit, .rollback] where prepared[step.statement.name] == nil {
            try parameters.encode(step.values, for: step.statement.name)
            _ = try prepare(step.statement)
        }
        var ending = PipelineEnding()
        do throws(PostgresError) {
            try send(steps, &ending)
            try receive(steps, &ending)
        } catch {
            // Without a server error the COMMIT may have been executed.
            throw settle(ending.failure ?? error, statement: nil, isCommitting: ending.mayHaveCommitted)
        }
        if let failure = ending.failure {
            rollBack()
            let failure = settle(failure, statement: nil, isCommitting: ending.mayHaveCommitted)
            let all = [.begin] + steps + [.commit, .rollback]
            guard let step = all.first(where: { $0.statement.name == failure.statement }) else { throw failure }
            throw noteOutdated(failure, step.statement, isFirst: false)
        }
        try requireCommitted(ending.commandTag)
        if let decodingFailure = ending.decodingFailure { throw decodingFailure }
    }

    private func send(_ steps: [PipelineStep], _ ending: inout PipelineEnding) throws(PostgresError) {
        try queue { PQenterPipelineMode($0) }
        try queue(.begin)
        for step in steps {
            do throws(PostgresError) {
                try queue(step)
                ending.sentSteps += 1
            } catch {
                guard error.kind == .misuse else { throw error }
                // A value cannot be sent: the queued part is rolled back.
                ending.failure = error
                break
            }
        }
        ending.commits = ending.failure == nil
        try queue(ending.commits ? .commit : .rollback)
        try queue { PQpipelineSync($0) }
        try withHandle { (handle) throws(PostgresError) in try handle.flush(silence: settings.replyTimeout) }
    }

    private func receive(_ steps: [PipelineStep], _ ending: inout PipelineEnding) throws(PostgresError) {
        let sent = [.begin] + steps.prefix(ending.sentSteps) + [ending.commits ? .commit : .rollback]
        // Each has results up to a nil. Then the sync, which has none after it.
        for (index, step) in sent.enumerated() {
            while let result = try nextResult() {
                switch result.status {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                    ending.commandTag = result.commandTag
                    if ending.failure == nil { decode(result, step, &ending) }
                case PGRES_PIPELINE_ABORTED: break
                default:
                    let error = result.error(statement: step.statement.name)
                    // Without an SQLSTATE it is libpq's own error: the server may have reached the COMMIT.
                    guard error.sqlState != nil else { throw error }
                    ending.failure = ending.failure ?? error
                    if index <= ending.sentSteps { ending.commits = false }
                    try requireConnected()
                }
            }
        }
        guard let sync = try nextResult(), sync.status == PGRES_PIPELINE_SYNC else {
            throw PostgresError(.connectionLost, "the pipeline ended without its sync")
        }
        try queue { PQexitPipelineMode($0) }
    }

    /// Not inlined, for the reason that ``PostgresConnection/rows(_:_:_:)`` has.
    @inline(never)
    private func decode(_ result: borrowing PostgresResult, _ step: PipelineStep, _ ending: inout PipelineEnding) {
        guard let decode = step.decode, ending.decodingFailure == nil else { return }
        do {
            for index in 0..<result.rowCount { try decode(result.row(index, of: step.statement.name)) }
        } catch {
            ending.decodingFailure = error
        }
    }

    private func nextResult() throws(PostgresError) -> PostgresResult? {
        try withHandle { (handle) throws(PostgresError) in try handle.nextResult(silence: settings.replyTimeout) }
    }

    private func requireConnected() throws(PostgresError) {
        try withHandle { (handle) throws(PostgresError) in
            guard PQstatus(handle.raw) == CONNECTION_OK else { throw handle.lost(statement: nil) }
        }
    }

    private func queue(_ step: PipelineStep) throws(PostgresError) {
        try parameters.encode(step.values, for: step.statement.name)
        let serverName = try prepare(step.statement)
        try queue { send(serverName, on: $0) }
    }

    /// Calls one of libpq's functions that return 1 on success.
    private func queue(_ call: (OpaquePointer) -> Int32) throws(PostgresError) {
        try withHandle { (handle) throws(PostgresError) in
            guard call(handle.raw) == 1 else { throw handle.lost(statement: nil) }
        }
    }
}

/// The progress of a pipelined transaction.
private struct PipelineEnding {
    var sentSteps = 0
    /// COMMIT was queued, and no step before it is known to have failed.
    var commits = false
    var commandTag = ""
    var failure: PostgresError?
    var decodingFailure: (any Error)?

    var mayHaveCommitted: Bool { commits }
}
