internal import CPostgres

extension PostgresConnection {
    /// Runs `COPY … FROM STDIN` with the chunks of `nextChunk`, text or binary as `sql` says.
    ///
    /// Call it inside of ``transaction(_:)``: what failed half-way is undone with it.
    ///
    /// - Parameters:
    ///   - sql: The COPY command.
    ///   - nextChunk: The next bytes, cut anywhere; `nil` at the end. If it throws, the COPY is taken back.
    /// - Returns: How many rows were copied.
    /// - Throws: ``PostgresError``, or what `nextChunk` threw.
    package func copyIn(_ sql: String, nextChunk: () throws -> [UInt8]?) throws -> Int {
        let commits = transactionStatus == PQTRANS_IDLE
        var sourceFailure: (any Error)?
        do throws(PostgresError) {
            let result = try withHandle { (handle) throws(PostgresError) in
                guard PQsendQuery(handle.raw, sql) == 1 else { throw handle.lost(statement: nil) }
                try begin(handle)
                sourceFailure = try send(nextChunk, handle)
                return try handle.collect(statement: nil, silence: settings.replyTimeout)
            }
            return result.affectedRows
        } catch {
            let error = settle(error, statement: nil, isCommitting: commits)
            throw sourceFailure ?? error
        }
    }

    private func begin(_ handle: borrowing PostgresHandle) throws(PostgresError) {
        try handle.flush(silence: settings.replyTimeout)
        guard let answer = try handle.nextResult(silence: settings.replyTimeout) else {
            throw handle.lost(statement: nil)
        }
        guard answer.status != PGRES_COPY_IN else { return }
        // Refused, or not a COPY: read to the end, so that the connection stays usable.
        let failure: PostgresError? =
            switch answer.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: nil
            default: answer.error(statement: nil)
            }
        while try handle.nextResult(silence: settings.replyTimeout) != nil {}
        throw failure ?? .misuse("copyIn was given a command that is not COPY … FROM STDIN", statement: nil)
    }

    /// Sends all chunks and the end; returns the source's error, after telling the server.
    private func send(
        _ nextChunk: () throws -> [UInt8]?,
        _ handle: borrowing PostgresHandle
    ) throws(PostgresError) -> (any Error)? {
        var sourceFailure: (any Error)?
        while true {
            let chunk: [UInt8]?
            do {
                chunk = try nextChunk()
            } catch {
                sourceFailure = error
                break
            }
            guard let chunk else { break }
            try put(chunk, handle)
        }
        let complaint = sourceFailure == nil ? nil : "the program has taken the COPY back"
        while PQputCopyEnd(handle.raw, complaint) == 0 { try handle.flush(silence: settings.replyTimeout) }
        return sourceFailure
    }

    private func put(_ chunk: [UInt8], _ handle: borrowing PostgresHandle) throws(PostgresError) {
        var status: Int32 = 0
        while status == 0 {
            status = chunk.withUnsafeBytes { bytes in
                PQputCopyData(handle.raw, bytes.bindMemory(to: CChar.self).baseAddress, Int32(bytes.count))
            }
            guard status >= 0 else { throw handle.lost(statement: nil) }
            // Sent at once: the source may be larger than memory.
            try handle.flush(silence: settings.replyTimeout)
        }
    }
}
