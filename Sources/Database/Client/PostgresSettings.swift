/// The database's address and login, read strictly from `postgresql://user:password@host:port/database?option=…`.
///
/// Options: `sslmode` (disable, require, verify-ca, verify-full), `sslrootcert`, `sslcert`, `sslkey`, `host` (the
/// folder of a Unix socket), `connect_timeout` (seconds). Anything else is refused. Without `sslmode` a host that is
/// neither loopback nor a socket is verified in full. libpq's environment (PGHOST, PGOPTIONS, …) is ignored, except
/// that a missing password is looked up in `~/.pgpass`.
package struct PostgresSettings: Sendable {
    package enum TLSMode: String, Sendable, CaseIterable {
        case disable, require
        case verifyCA = "verify-ca"
        case verifyFull = "verify-full"
    }

    package let host: String
    package let port: UInt16
    package internal(set) var user: String
    package internal(set) var database: String
    package let tls: TLSMode
    package internal(set) var password: String?
    let rootCertificate: String?
    let certificate: String?
    let key: String?

    /// How long the server may take to accept a log-in.
    package var connectTimeout: Duration = .seconds(10)
    /// How long the server may stay silent during a statement before the connection is given up; `nil` waits for ever.
    package var replyTimeout: Duration?
    /// `statement_timeout` of the session: the server cancels what takes longer.
    package var statementTimeout: Duration?
    /// `idle_in_transaction_session_timeout`: frees the locks of a program that was stopped in mid-transaction.
    package var idleInTransactionTimeout: Duration = .seconds(30)

    /// Whether the session plans for lookups by key only: what the hot statements do, whatever the statistics say.
    ///
    /// What the statistics do not know yet, a new account or campaign, would count as a single row, and any index do. Lent
    /// by a pool, such a session makes its plans again every few seconds.
    package var plansForKeys = false

    /// The same server and password, another database.
    package func with(database: String) -> Self {
        var copy = self
        copy.database = database
        return copy
    }

    /// The same server and database, another user.
    package func with(user: String, password: String?) -> Self {
        var copy = self
        copy.user = user
        copy.password = password
        return copy
    }

    /// All problems of a URL at once; without values, which may contain the password.
    package struct Malformed: Error, Equatable, CustomStringConvertible {
        package let problems: [String]
        package var description: String {
            "the database URL is not usable: \(problems.joined(separator: "; ")). "
                + "Write it as postgresql://user:password@host:5432/database?sslmode=verify-full&sslrootcert=/path/ca.pem."
        }
    }

    package init(parsing url: String) throws(Malformed) {
        var parts = try URLParts(url)
        host = parts.host
        port = parts.port
        user = parts.user
        database = parts.database
        password = parts.password
        rootCertificate = parts.takeOption("sslrootcert")
        certificate = parts.takeOption("sslcert")
        key = parts.takeOption("sslkey")

        let isLocal = host.hasPrefix("/") || host == "localhost" || host == "::1" || Self.isIPv4Loopback(host)
        switch parts.takeOption("sslmode") {
        case nil: tls = isLocal && rootCertificate == nil ? .disable : .verifyFull
        case .some(let text):
            tls = TLSMode(rawValue: text) ?? .verifyFull
            if TLSMode(rawValue: text) == nil {
                parts.problems.append("sslmode must be one of disable, require, verify-ca, verify-full")
            }
        }
        if let text = parts.takeOption("connect_timeout") {
            if let seconds = Int(text), (1...600).contains(seconds) {
                connectTimeout = .seconds(seconds)
            } else {
                parts.problems.append("connect_timeout must be 1 to 600 seconds")
            }
        }
        if tls == .verifyFull || tls == .verifyCA, rootCertificate == nil {
            parts.problems.append(
                "sslmode \(tls.rawValue), the default for a host that is not local, needs sslrootcert "
                    + "(Debian: /etc/ssl/certs/ca-certificates.crt)"
            )
        }
        if host.hasPrefix("/"), tls != .disable {
            parts.problems.append("a Unix socket has no TLS, sslmode does not apply")
        }
        parts.problems += parts.options.keys.sorted().map { "option \($0) is unknown" }
        guard parts.problems.isEmpty else { throw Malformed(problems: parts.problems) }
    }

    private static func isIPv4Loopback(_ host: String) -> Bool {
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return octets.count == 4 && octets[0] == 127 && !octets.contains(nil)
    }

    /// libpq's parameters, each explicit: an unset one would come from the environment.
    func parameters(applicationName: String) -> [(String, String)] {
        var parameters = [
            ("host", host), ("port", String(port)), ("user", user), ("dbname", database),
            ("application_name", applicationName), ("client_encoding", "UTF8"), ("options", ""),
            ("sslmode", tls.rawValue), ("ssl_min_protocol_version", "TLSv1.2"), ("gssencmode", "disable"),
            ("target_session_attrs", "any"), ("replication", "false"),
            // A vanished server is noticed after half a minute.
            ("keepalives", "1"), ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "30000"),
        ]
        if let password { parameters.append(("password", password)) }
        if let rootCertificate { parameters.append(("sslrootcert", rootCertificate)) }
        if let certificate { parameters.append(("sslcert", certificate)) }
        if let key { parameters.append(("sslkey", key)) }
        return parameters
    }
}

extension PostgresSettings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the password, for logs.
    package var description: String { "postgresql://\(user)@\(host):\(port)/\(database)?sslmode=\(tls.rawValue)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}
