import Core

/// Why a database operation failed, and what to do about it.
///
/// The server's detail, hint and context are left out on purpose: they quote rows, and rows are people.
package struct PostgresError: TransientFailure, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, CaseIterable {
        /// No connection could be made; nothing was sent.
        case unreachable
        /// The connection went away, or was closed.
        case connectionLost
        /// The server refuses this user, password or database.
        case loginRefused
        /// The server's certificate is not trusted, or it offers no TLS.
        case untrusted
        case serializationFailure
        case deadlock
        case uniqueViolation
        case checkViolation
        case insufficientPrivilege
        case lockTimeout
        case queryCanceled
        /// Disk, memory or connections have run out.
        case diskFull
        case shuttingDown
        /// A prepared statement is gone or outdated; the next use prepares it again.
        case statementGone
        /// A mistake of the program: a wrong type, a NULL, a NUL character.
        case misuse
        case other
    }

    package let kind: Kind
    /// Five characters of SQLSTATE; `nil` if there was no answer.
    package let sqlState: String?
    /// The message in the server's or libpq's words: no password, no row.
    package let message: String
    /// The statement's name; `nil` outside of one.
    package internal(set) var statement: String?
    /// The constraint that was violated.
    package let constraint: String?
    /// In the imperative.
    package let remedy: String
    /// The connection was lost after COMMIT, or a statement that commits by itself, was sent: it may have been
    /// executed.
    package internal(set) var commitUnknown = false

    package init(
        _ kind: Kind,
        sqlState: String? = nil,
        _ message: String,
        statement: String? = nil,
        constraint: String? = nil,
        remedy: String? = nil
    ) {
        self.kind = kind
        self.sqlState = sqlState
        self.message = message
        self.statement = statement
        self.constraint = constraint
        self.remedy = remedy ?? kind.remedy
    }

    /// Whether a retry may succeed without any change.
    ///
    /// With ``commitUnknown`` it may already have succeeded: check before repeating.
    package var isTransient: Bool { kind.isTransient }

    package var description: String {
        let place = statement.map { "statement \($0): " } ?? ""
        let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
        let unknown = commitUnknown ? " It is not known whether it was committed." : ""
        return "\(place)\(message)\(state).\(unknown) \(remedy)."
    }
}

extension PostgresError.Kind {
    var isTransient: Bool {
        switch self {
        case .unreachable, .connectionLost, .serializationFailure, .deadlock, .lockTimeout, .queryCanceled, .diskFull,
            .shuttingDown, .statementGone:
            true
        case .loginRefused, .untrusted, .uniqueViolation, .checkViolation, .insufficientPrivilege, .misuse, .other:
            false
        }
    }

    var remedy: String {
        switch self {
        case .unreachable: "Check that PostgreSQL runs there and that the URL names it"
        case .connectionLost: "Wait for the reconnect; if it recurs, check PostgreSQL's log"
        case .loginRefused: "Check user, password and database in the URL, and pg_hba.conf"
        case .untrusted: "Check sslrootcert, and that the server's certificate has the host name of the URL"
        case .serializationFailure, .deadlock: "Repeat the transaction"
        case .uniqueViolation, .checkViolation: "Correct the input: a constraint forbids it"
        case .insufficientPrivilege: "Check that the program logs in with its own role, and run `veredus migrate`"
        case .lockTimeout, .queryCanceled: "Repeat it; if it recurs, check pg_stat_activity for slow statements"
        case .diskFull: "Free disk, memory or connections of PostgreSQL"
        case .shuttingDown: "Wait until PostgreSQL has started"
        case .statementGone: "Repeat the transaction"
        case .misuse: "Correct the program"
        case .other: "Look the SQLSTATE up in PostgreSQL's appendix A"
        }
    }

    /// The kind of an SQLSTATE: appendix A of PostgreSQL's manual.
    package init(sqlState: String) {
        switch sqlState {
        case "40001": self = .serializationFailure
        case "40P01": self = .deadlock
        case "23505": self = .uniqueViolation
        case "23514": self = .checkViolation
        case "42501": self = .insufficientPrivilege
        case "55P03": self = .lockTimeout
        case "57014": self = .queryCanceled
        case "57P01", "57P02", "57P03", "57P05": self = .shuttingDown
        case "25006": self = .shuttingDown  // read-only: a standby that is being promoted, or is not yet
        case "25P03": self = .connectionLost  // idle in transaction for too long: the server hung up
        case "26000": self = .statementGone
        case "3D000": self = .loginRefused
        default:
            switch sqlState.prefix(2) {
            case "08": self = .connectionLost
            case "28": self = .loginRefused
            case "53": self = .diskFull
            default: self = .other
            }
        }
    }
}

extension PostgresError {
    /// The server's error.
    package init(sqlState: String, serverMessage: String, statement: String?, constraint: String? = nil) {
        // Class 22 (data exception) quotes the value that does not fit in its primary message.
        let message = sqlState.hasPrefix("22") ? Self.withoutQuotations(serverMessage) : serverMessage
        self.init(
            .init(sqlState: sqlState),
            sqlState: sqlState,
            message,
            statement: statement,
            constraint: constraint
        )
    }

    package static func misuse(_ message: String, statement: String?) -> Self {
        Self(.misuse, message, statement: statement)
    }

    /// Replaces everything between double quotes, up to the last one: a value may contain quotes.
    private static func withoutQuotations(_ message: String) -> String {
        guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last else {
            return message
        }
        return message[...first] + "…" + message[last...]
    }
}
