import Core

extension BrokerSettings {
    /// Reads `amqp://user:password@host[:port][/virtual-host]`, or `amqps://` for TLS.
    ///
    /// User, password and virtual host may be percent-encoded. Nothing is guessed: there is no default user, and a
    /// lone `/` at the end, which AMQP's URI rules read as a virtual host without a name, is refused.
    ///
    /// - Parameters:
    ///   - url: Without query and fragment; ports default to 5672 and 5671, the virtual host to `/`.
    ///   - caFile: With `amqps` only; the system's authorities by default.
    /// - Throws: An ``AMQPError`` of kind `badSetting` that repeats no part of the URL that may hold the password.
    package init(parsing url: String, caFile: String? = nil) throws(AMQPError) {
        let isEncrypted: Bool
        var rest: Substring
        if url.hasPrefix("amqps://") {
            isEncrypted = true
            rest = url.dropFirst("amqps://".count)
        } else if url.hasPrefix("amqp://") {
            isEncrypted = false
            rest = url.dropFirst("amqp://".count)
        } else {
            throw .badURL("it does not begin with amqp:// or amqps://", Self.shape)
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw .badURL("it has a query or a fragment", "Percent-encode '?' as %3F and '#' as %23; \(Self.shape)")
        }
        guard isEncrypted || caFile == nil else {
            throw .badURL("a CA file is set, but the URL is amqp://, without TLS", "Use amqps://, or set no CA file")
        }

        var virtualHost = "/"
        if let slash = rest.firstIndex(of: "/") {
            let name = rest[rest.index(after: slash)...]
            guard !name.isEmpty else {
                throw .badURL("it ends with '/'", "Leave the '/' out for the default virtual host, or name one")
            }
            guard !name.contains("/") else {
                throw .badURL("its virtual host has a '/'", "Percent-encode it as %2F")
            }
            virtualHost = try Self.decoded(name, "virtual host")
            rest = rest[..<slash]
        }
        guard let at = rest.firstIndex(of: "@") else {
            throw .badURL("it names no user", "\(Self.shape), with '/' in a password as %2F")
        }
        let credentials = rest[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard credentials.count == 2 else { throw .badURL("it has no password", Self.shape) }
        let (host, port) = try Self.hostAndPort(rest[rest.index(after: at)...], default: isEncrypted ? 5671 : 5672)
        try self.init(
            host: host,
            port: port,
            user: Self.decoded(credentials[0], "user"),
            password: Self.decoded(credentials[1], "password"),
            virtualHost: virtualHost,
            tls: isEncrypted ? TLS(caFile: caFile ?? TLS.systemAuthorities) : nil
        )
    }

    private static let shape = "Write it as amqp://user:password@host:5672/virtual-host"

    private static func hostAndPort(
        _ text: Substring,
        default port: UInt16
    ) throws(AMQPError) -> (host: String, port: UInt16) {
        var host = text
        var portText: Substring?
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .badURL("an IPv6 address lacks its ']'", shape) }
            host = text[text.index(after: text.startIndex)..<end]
            let after = text[text.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw .badURL("text follows the ']'", shape) }
            if !after.isEmpty { portText = after.dropFirst() }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            portText = text[text.index(after: colon)...]
        }
        guard !host.contains(where: { $0 == "@" || $0 == "%" || $0 == " " }) else {
            throw .badURL("its host has an '@', '%' or space", "Percent-encode '@' in user and password as %40")
        }
        guard let portText else { return (String(host), port) }
        guard portText.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let number = UInt16(portText)
        else { throw .badURL("its port is not a number from 1 to 65535", "Percent-encode ':' in the password as %3A") }
        return (String(host), number)
    }

    private static func decoded(_ text: Substring, _ name: String) throws(AMQPError) -> String {
        do throws(PercentDecoding.Malformed) {
            return try PercentDecoding.text(text)
        } catch {
            switch error {
            case .lonePercent:
                throw .badURL("its \(name) has a '%' without two hexadecimal digits", "Write a plain '%' as %25")
            case .notUTF8: throw .badURL("its \(name) is not UTF-8", "Percent-encode its UTF-8 bytes")
            }
        }
    }
}

extension AMQPError {
    static func badURL(_ problem: String, _ remedy: String) -> AMQPError {
        AMQPError(kind: .badSetting, call: "the broker's URL", reason: problem, remedy: remedy)
    }
}
