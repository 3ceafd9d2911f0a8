import CCurl
import Glibc

/// A route for messages: one relay, its login, and its limits.
package struct SMTPRouteSettings: Sendable, CustomStringConvertible {
    /// The requirement for connections that begin unencrypted.
    package enum StartTLS: String, Sendable, CaseIterable {
        /// TLS with a verified certificate, or no message.
        case required
        /// TLS if offered, the certificate not verified; no defence against a man in the middle.
        case opportunistic
        case off
    }

    /// RFC 4954 mechanisms that libcurl speaks.
    package enum Mechanism: String, Sendable, CaseIterable {
        case plain = "PLAIN"
        case login = "LOGIN"
        case scramSHA256 = "SCRAM-SHA-256"
        case xoauth2 = "XOAUTH2"
        case oauthBearer = "OAUTHBEARER"

        var takesToken: Bool { self == .xoauth2 || self == .oauthBearer }
    }

    /// Who logs in. Not shown when printed.
    package struct Credentials: Sendable, CustomStringConvertible, CustomReflectable {
        package var user: String
        /// Password, or bearer token.
        package var secret: String
        /// `nil`: the strongest that both sides know, as libcurl ranks them.
        package var mechanism: Mechanism?

        package init(user: String, secret: String, mechanism: Mechanism? = nil) {
            self.user = user
            self.secret = secret
            self.mechanism = mechanism
        }

        package var description: String { "credentials" }
        package var customMirror: Mirror { Mirror(self, children: [:]) }
    }

    /// A name, or an IP address without brackets.
    package var host: String
    package var port: Int
    /// `smtps`: TLS before the greeting.
    package var isTLSFirst = false
    package var startTLS = StartTLS.required
    /// PEM file of the authorities to trust instead of the system's.
    package var authorityFile: String?
    package var credentials: Credentials?
    /// For tests: log in without TLS, on loopback only.
    package var allowsPlaintextAuth = false
    /// What EHLO says: this machine's full name, or an address literal.
    package var ehloName: String
    /// How many connections may be open at once.
    package var connections = 20
    /// The number of messages after which a connection is replaced.
    package var messagesPerConnection = 1_000
    package var timeouts = SMTPTimeouts()
    /// The idle time after which a connection is closed with QUIT.
    package var idleTimeout: Duration = .seconds(30)
    /// The time after which a message without a connection comes back `notStarted`.
    package var startWithin: Duration = .seconds(30)

    package init(host: String, port: Int, ehloName: String) {
        self.host = host
        self.port = port
        self.ehloName = ehloName
    }

    /// Without the log-in.
    package var description: String { "\(isTLSFirst ? "smtps" : "smtp")://\(bracketedHost):\(port)" }

    var bracketedHost: String { host.contains(":") ? "[\(host)]" : host }

    /// Whether a verified certificate is required first.
    var verifiesServer: Bool { isTLSFirst || startTLS == .required }

    var mayHaveTLS: Bool { isTLSFirst || startTLS != .off }

    var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    /// Their problems, each in a sentence that says what to do; empty if valid.
    package func problems() -> [String] {
        var problems: [String] = []
        if !isPlainName(host) || host.isEmpty {
            problems.append("host \(host.debugDescription) is not a host name: give a name or an address")
        }
        if !(1...65_535).contains(port) { problems.append("port \(port) is not in 1 to 65535") }
        if !isPlainName(ehloName) || !isFullName(ehloName) {
            problems.append(
                "EHLO name \(ehloName.debugDescription) is not fully qualified: set VEREDUS_EHLO_NAME to this machine's public name"
            )
        }
        if !(1...2_000).contains(connections) { problems.append("connections \(connections) is not in 1 to 2000") }
        if messagesPerConnection < 1 {
            problems.append("messages-per-connection \(messagesPerConnection) is less than 1")
        }
        if let credentials { problems += self.problems(of: credentials) }
        if let authorityFile, access(authorityFile, R_OK) != 0 {
            let why = String(cString: strerror(errno))
            problems.append("CA file \(authorityFile): \(why): set VEREDUS_SMTP_CA_FILE to a readable PEM file")
        }
        return problems
    }

    private func problems(of credentials: Credentials) -> [String] {
        var problems: [String] = []
        if !verifiesServer, !(allowsPlaintextAuth && isLoopback) {
            problems.append(
                "a password would travel without verified TLS: use smtps://, or VEREDUS_SMTP_STARTTLS=required"
            )
        }
        if credentials.secret.isEmpty {
            problems.append("the password is empty: set VEREDUS_SMTP_PASSWORD, or leave the user out")
        }
        for text in [credentials.user, credentials.secret] where text.utf8.contains(0) {
            problems.append("user and password must not contain a NUL")
        }
        if credentials.mechanism == .scramSHA256, !CurlLibrary.hasSCRAM {
            problems.append(
                "this libcurl is built without SCRAM (libgsasl): use auth=PLAIN over TLS, or another libcurl"
            )
        }
        return problems
    }

    private func isPlainName(_ name: String) -> Bool {
        name.utf8.count <= 255
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !"/?#@\\%".utf8.contains($0) }
    }

    /// RFC 5321 §4.1.1.1: a domain of two labels and more, or an address literal; `localhost` for loopback only.
    private func isFullName(_ name: String) -> Bool {
        if name.hasPrefix("[") { return name.hasSuffix("]") }
        if name == "localhost" { return isLoopback }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count > 1
            && labels.allSatisfy { label in
                !label.isEmpty && label.utf8.allSatisfy { isLetterDigitHyphen($0) }
            }
    }

    private func isLetterDigitHyphen(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}

/// All problems of a route's settings.
package struct SMTPSettingsError: Error, CustomStringConvertible {
    package let problems: [String]
    package var description: String { "SMTP route: " + problems.joined(separator: "; ") + "." }
}
