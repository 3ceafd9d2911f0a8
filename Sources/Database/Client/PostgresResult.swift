internal import CPostgres

/// The only owner of a `PGresult`; cleared once, when it goes out of scope ("You should clear it", libpq §34.3.1).
struct PostgresResult: ~Copyable {
    private let raw: OpaquePointer

    init(owning raw: OpaquePointer) { self.raw = raw }
    deinit { PQclear(raw) }

    var status: ExecStatusType { PQresultStatus(raw) }
    var rowCount: Int32 { PQntuples(raw) }
    var parameterCount: Int32 { PQnparams(raw) }

    /// The type of a parameter, in the result of a describe.
    func parameterType(_ index: Int32) -> PostgresType { PostgresType(oid: PQparamtype(raw, index)) }

    /// For example `UPDATE 3`, or `ROLLBACK` as the answer to a COMMIT.
    var commandTag: String { PQcmdStatus(raw).map { String(cString: $0) } ?? "" }

    /// Rows that the command changed or returned; 0 for one that does neither.
    var affectedRows: Int { PQcmdTuples(raw).flatMap { Int(String(cString: $0)) } ?? 0 }

    /// One row, to be read while the result lives.
    func row(_ index: Int32, of statement: String) -> PostgresRow {
        PostgresRow(result: raw, row: index, statement: statement)
    }

    /// The server's error, or libpq's own when the connection went away.
    func error(statement: String?) -> PostgresError {
        guard let state = veredus_sqlstate(raw) else {
            let words = PQresultErrorMessage(raw).map { String(cString: $0) } ?? ""
            return PostgresError(.connectionLost, firstLine(words), statement: statement)
        }
        return PostgresError(
            sqlState: String(cString: state),
            serverMessage: veredus_primary_message(raw).map { String(cString: $0) } ?? "no message",
            statement: statement,
            constraint: veredus_constraint(raw).map { String(cString: $0) }
        )
    }
}

/// The first line of libpq's own words, without a full stop at the end.
func firstLine(_ words: String) -> String {
    let line = words.prefix { !$0.isNewline }
    return line.isEmpty ? "libpq gave no reason" : String(line.hasSuffix(".") ? line.dropLast() : line)
}
