/// The web program's settings besides database, broker and keys.
package struct WebSettings: Sendable, Equatable {
    /// Where it listens: an address and a port.
    package let listenHost: String
    package let listenPort: Int
    /// Where recipients reach it: pixels, links, unsubscribe pages. No slash at its end.
    package let trackingURL: String
    /// Where operators, accounts and programs reach it: dashboard, API, providers' webhooks. No slash at its end.
    package let dashboardURL: String
    /// The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are trusted: addresses and networks, `10.0.0.0/8`.
    package let trustedProxies: [String]
    /// Of List-Id and List-Unsubscribe, where a preview shows a message's header fields; `nil` when it is not set.
    package let bounceDomain: String?
    /// PEM files of an own certificate with its chain, and of its key; `nil` where a proxy ends TLS.
    package let certificate: Certificate?
    /// How long `/readyz` fails before the program stops listening.
    package let drainSeconds: Double
    /// How long a whole request may take to arrive.
    package let requestSeconds: Double
    /// Requests a minute with one key of the API, counted by each program for itself.
    package let apiPerMinute: Int
    package let state: StateSettings

    package struct Certificate: Sendable, Equatable {
        package let chainFile: String
        package let keyFile: String
    }

    package init(reading reader: inout SettingsReader) {
        (listenHost, listenPort) = reader.listenAddress(.webListen, default: ("127.0.0.1", 8080))
        trackingURL = reader.webAddress(.trackingURL, example: "https://news.example.net")
        dashboardURL = reader.webAddress(.dashboardURL, example: "https://mail.example.net")
        trustedProxies = (reader.text(.webTrustedProxies) ?? "").split(separator: ",").map {
            String($0.filter { $0 != " " })
        }
        let domain = reader.text(.bounceDomain)
        bounceDomain = domain.map { _ in reader.hostName(.bounceDomain, example: "bounces.example.net") }
        let chain = reader.text(.webCertificate)
        let key = reader.text(.webKey)
        certificate = chain.flatMap { chain in key.map { Certificate(chainFile: chain, keyFile: $0) } }
        drainSeconds = reader.seconds(.webDrain, 0...300, default: 5)
        requestSeconds = reader.seconds(.webRequestTime, 0.1...600, default: 30)
        apiPerMinute = reader.whole(.apiPerMinute, 1...1_000_000, default: 600)
        state = StateSettings(reading: &reader)
        if chain == nil, key != nil {
            reader.report(.webCertificate, "is not set, but the key is; set both or neither")
        }
        if chain != nil, key == nil {
            reader.report(.webKey, "is not set, but the certificate is; set both or neither")
        }
    }
}

/// The dashboard's address, from which the operator's tool makes links.
package struct DashboardSettings: Sendable, Equatable {
    /// No slash at its end.
    package let url: String

    package init(reading reader: inout SettingsReader) {
        url = reader.webAddress(.dashboardURL, example: "https://mail.example.net")
    }
}

extension SettingsReader {
    /// An address to listen on: `127.0.0.1:8080`, `[::1]:8080`; a host name is refused. Port 0 lets the
    /// system choose.
    package mutating func listenAddress(
        _ name: SettingName,
        default standard: (host: String, port: Int)
    ) -> (host: String, port: Int) {
        guard let text = text(name) else { return standard }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            report(name, "must be an address and a port, like \(standard.host):\(standard.port)")
            return standard
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, host.utf8.allSatisfy({ Self.isAddressByte($0) }) else {
            report(name, "must be an address in digits and a port, like \(standard.host):\(standard.port)")
            return standard
        }
        return (String(host), Int(port))
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
