internal import CPostgres
import Glibc

/// One request and its answers on the wire; every wait is bounded by `silence`, the server's longest allowed silence.
extension PostgresHandle {
    /// Sends what libpq has buffered, and takes in what arrives meanwhile, so that both sides can never block.
    func flush(silence: Duration?) throws(PostgresError) {
        while true {
            switch PQflush(raw) {
            case 0: return
            case 1:
                try awaitSocket(POLLIN | POLLOUT, silence)
                guard PQconsumeInput(raw) == 1 else { throw lost(statement: nil) }
            default: throw lost(statement: nil)
            }
        }
    }

    /// The next result of the command that was sent; `nil` after its last one.
    func nextResult(silence: Duration?) throws(PostgresError) -> PostgresResult? {
        while PQisBusy(raw) == 1 {
            try awaitSocket(POLLIN, silence)
            // On failure PQisBusy turns false, and PQgetResult has the reason: first what the server last said.
            if PQconsumeInput(raw) == 0 { break }
        }
        return PQgetResult(raw).map { PostgresResult(owning: $0) }
    }

    /// Reads to the end of a command.
    ///
    /// - Parameters:
    ///   - statement: Named in errors.
    ///   - silence: How long the server may say nothing.
    ///   - inspect: Sees each result that is not an error.
    /// - Returns: The last result.
    /// - Throws: The first error, after everything was read.
    func collect(
        statement: String?,
        silence: Duration?,
        _ inspect: (borrowing PostgresResult) -> Void = { _ in }
    ) throws(PostgresError) -> PostgresResult {
        try flush(silence: silence)
        var failure: PostgresError?
        var last: PostgresResult?
        while let result = try nextResult(silence: silence) {
            switch result.status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                inspect(result)
                last = consume result
            case PGRES_COPY_IN:
                // The server waits for data that does not exist: end it, and read its error.
                PQputCopyEnd(raw, "this program sends COPY data through copyIn only")
                try flush(silence: silence)
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                throw PostgresError(.connectionLost, "COPY … TO STDOUT is not supported", statement: statement)
            default:
                failure = failure ?? result.error(statement: statement)
            }
        }
        if let failure { throw failure }
        guard let last else { throw lost(statement: statement) }
        return last
    }

    func awaitSocket(_ events: Int32, _ silence: Duration?) throws(PostgresError) {
        guard wait(for: events, until: silence.map { .now + $0 }) else {
            throw PostgresError(.connectionLost, "the server was silent for \(silence ?? .zero)")
        }
    }
}
