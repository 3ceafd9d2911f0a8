import CCurl
import Core
import Glibc
import RuntimeSupport

extension SMTPRouteSettings {
    /// Reads a route from a URL, strictly: unknown parts are errors, and all errors are reported together.
    ///
    /// `smtp://user:password@relay.example.org:587?starttls=required&ehlo=mail.example.org&connections=50`.
    /// `smtp` is port 587 and `smtps` port 465 unless it says otherwise. Queries: `starttls`, `auth`, `ca`, `ehlo`,
    /// `connections`, `messages-per-connection`, `plaintext-auth`, and in seconds `idle-timeout`, `start-within`,
    /// `connect-timeout`, `greeting-timeout`, `mail-timeout`, `rcpt-timeout`, `data-timeout`, `block-timeout`,
    /// `dot-timeout`, `transaction-timeout`.
    ///
    /// - Parameters:
    ///   - url: User, password and query values percent-encoded.
    ///   - password: Instead of one in the URL.
    ///   - hostName: This machine's name, for EHLO when the URL names none.
    /// - Throws: All problems, without user and password.
    package init(
        parsing url: String,
        password: String? = nil,
        hostName: String = systemHostName() ?? ""
    ) throws(SMTPSettingsError) {
        let parts = try URLParts(url)
        var problems: [String] = []
        let isTLSFirst = parts.scheme == "smtps"
        if !isTLSFirst, parts.scheme != "smtp" {
            problems.append("scheme \(parts.scheme.debugDescription): use smtp:// or smtps://")
        }
        if let path = parts.path, path != "/" {
            problems.append("a path has no meaning here: use ehlo= for the EHLO name")
        }
        self.init(host: parts.host, port: parts.port ?? (isTLSFirst ? 465 : 587), ehloName: hostName)
        self.isTLSFirst = isTLSFirst
        if !hostName.contains("."), isLoopback { ehloName = "localhost" }
        if let user = parts.user {
            credentials = Credentials(user: user, secret: password ?? parts.password ?? "")
        } else if password != nil || parts.password != nil {
            problems.append("a password without a user: put the user into the URL")
        }
        for (key, value) in parts.query { problems += set(key, to: value) }
        problems += self.problems()
        guard problems.isEmpty else { throw SMTPSettingsError(problems: problems) }
    }

    /// - Returns: The problems; empty on success.
    private mutating func set(_ key: String, to value: String) -> [String] {
        let wrong = "\(key)=\(value)"
        if let path = Self.durations[key] {
            guard let seconds = Int(value), (1...86_400).contains(seconds) else {
                return ["\(wrong): give whole seconds, 1 to 86400"]
            }
            self[keyPath: path] = .seconds(seconds)
            return []
        }
        switch key {
        case "starttls":
            guard !isTLSFirst else { return ["\(wrong): smtps has TLS from the start, leave it out"] }
            guard let choice = StartTLS(rawValue: value) else {
                return ["\(wrong): use required, opportunistic or off"]
            }
            startTLS = choice
        case "auth":
            guard let mechanism = Mechanism(rawValue: value) else {
                return ["\(wrong): use \(Mechanism.allCases.map(\.rawValue).joined(separator: ", "))"]
            }
            guard credentials != nil else { return ["\(wrong): put user and password into the URL"] }
            credentials?.mechanism = mechanism
        case "plaintext-auth":
            guard value == "yes" else { return ["\(wrong): leave it out, or say yes on loopback"] }
            allowsPlaintextAuth = true
        case "ca": authorityFile = value
        case "ehlo": ehloName = value
        case "connections", "messages-per-connection":
            guard let number = Int(value) else { return ["\(wrong): give a whole number"] }
            if key == "connections" { connections = number } else { messagesPerConnection = number }
        default: return ["\(key)= is unknown: leave it out"]
        }
        return []
    }

    private static var durations: [String: WritableKeyPath<SMTPRouteSettings, Duration>] {
        [
            "idle-timeout": \.idleTimeout, "start-within": \.startWithin,
            "connect-timeout": \.timeouts.connect, "greeting-timeout": \.timeouts.greeting,
            "mail-timeout": \.timeouts.mail, "rcpt-timeout": \.timeouts.rcpt, "data-timeout": \.timeouts.data,
            "block-timeout": \.timeouts.block, "dot-timeout": \.timeouts.dot,
            "transaction-timeout": \.timeouts.transaction,
        ]
    }
}

/// libcurl's own decoding leaves out what has control characters, and so would hide them; what cannot be decoded stays.
private func percentDecoded(_ text: String) -> String { (try? PercentDecoding.text(text)) ?? text }

/// A URL in pieces, cut by libcurl's own parser, so that both read it alike.
private struct URLParts {
    let scheme: String
    let host: String
    let port: Int?
    let user: String?
    let password: String?
    let path: String?
    let query: [(key: String, value: String)]

    init(_ url: String) throws(SMTPSettingsError) {
        guard let handle = curl_url() else { throw SMTPSettingsError(problems: ["libcurl: out of memory"]) }
        defer { curl_url_cleanup(handle) }
        let status = curl_url_set(handle, CURLUPART_URL, url, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard status == CURLUE_OK else {
            let why = String(cString: curl_url_strerror(status))
            throw SMTPSettingsError(problems: ["not a URL (\(why)): write smtp://host:port"])
        }
        /// Not decoded; `nil` when it is not there, or is empty.
        func part(_ part: CURLUPart) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(handle, part, &text, 0) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }  // curl_url_get(3)
            return text.pointee == 0 ? nil : String(cString: text)
        }
        scheme = part(CURLUPART_SCHEME) ?? ""
        let host = part(CURLUPART_HOST) ?? ""
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = part(CURLUPART_PORT).flatMap { Int($0) }
        user = part(CURLUPART_USER).map(percentDecoded)
        password = part(CURLUPART_PASSWORD).map(percentDecoded)
        path = part(CURLUPART_PATH)
        query = (part(CURLUPART_QUERY) ?? "").split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (percentDecoded(String(halves[0])), halves.count > 1 ? percentDecoded(String(halves[1])) : "")
        }
    }
}
