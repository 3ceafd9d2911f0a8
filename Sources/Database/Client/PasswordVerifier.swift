internal import CPostgres

extension PostgresConnection {
    /// A SCRAM verifier of the password: the password itself never leaves the program, nor enters the server's log.
    package func passwordVerifier(_ password: String, for role: StatementRole) throws(PostgresError) -> String {
        try withHandle { (handle) throws(PostgresError) in
            guard let text = PQencryptPasswordConn(handle.raw, password, role.rawValue, "scram-sha-256") else {
                throw PostgresError(.other, "PQencryptPasswordConn: \(firstLine(handle.words))")
            }
            defer { PQfreemem(text) }  // "must be freed using PQfreemem", libpq §34.16
            return String(cString: text)
        }
    }
}
