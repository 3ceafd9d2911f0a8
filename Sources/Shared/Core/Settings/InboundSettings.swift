/// The settings of `veredus-inbound` besides database and keys: its inputs, each optional.
package struct InboundSettings: Sendable, Equatable {
    /// The domain of return paths and unsubscribe addresses: mail to another one is refused.
    package let bounceDomain: String
    package let listener: InboundListenerSettings?
    package let imap: InboundIMAPInputs?
    package let maildir: InboundMaildirSettings?
    /// A file of the operator's rules about other servers' texts; `nil` for the built-in rules only.
    package let rulesPath: String?
    /// Bytes of one mail.
    package let mostBytes: Int
    /// How long the shortened text of a settled mail is kept.
    package let keepDays: Int
    /// How long a stop may take.
    package let graceSeconds: Double
    package let state: StateSettings

    package init(reading reader: inout SettingsReader) {
        bounceDomain = reader.hostName(.bounceDomain, example: "bounces.example.net")
        mostBytes = reader.inboundMostBytes()
        listener = InboundListenerSettings(reading: &reader)
        imap = InboundIMAPInputs(reading: &reader)
        maildir = InboundMaildirSettings(reading: &reader)
        rulesPath = reader.text(.inboundRules)
        keepDays = reader.whole(.inboundKeepDays, 1...365, default: 30)
        graceSeconds = reader.seconds(.grace, 0...600, default: 25)
        state = StateSettings(reading: &reader)
    }
}

/// The listener's protocol.
package enum InboundProtocol: String, Sendable, CaseIterable {
    /// RFC 2033: how a mail server in front delivers mail; a reply for each recipient.
    case lmtp
    case smtp
}

/// Where mail is accepted by LMTP or SMTP, and how much of it.
package struct InboundListenerSettings: Sendable, Equatable {
    /// A TLS certificate for STARTTLS, both as paths of PEM files.
    package struct Certificate: Sendable, Equatable {
        package let chainPath: String
        package let keyPath: String

        package init(chainPath: String, keyPath: String) {
            self.chainPath = chainPath
            self.keyPath = keyPath
        }
    }

    package let host: String
    /// 0 for a free one.
    package let port: Int
    package let spoken: InboundProtocol
    package let certificate: Certificate?
    /// Open at once: in all, and from one address.
    package let connections: Int
    package let peerConnections: Int
    /// Mails accepted from one address per minute.
    package let peerMailsPerMinute: Int
    package let idleSeconds: Double
    package let sessionSeconds: Double

    /// `nil` where none is asked for, or after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        spoken = reader.choice(.inboundProtocol, default: .lmtp)
        connections = reader.whole(.inboundConnections, 1...10_000, default: 200)
        peerConnections = reader.whole(.inboundPeerConnections, 1...10_000, default: 50)
        peerMailsPerMinute = reader.whole(.inboundPeerRate, 1...1_000_000, default: 6_000)
        idleSeconds = reader.seconds(.inboundIdleTimeout, 0.1...3_600, default: 300)
        sessionSeconds = reader.seconds(.inboundSessionTimeout, 0.1...86_400, default: 1_800)
        certificate = reader.certificate()
        guard let text = reader.text(.inboundListen) else { return nil }
        guard let place = ListenAddress(text) else {
            reader.report(.inboundListen, "must be an address and a port, like 127.0.0.1:2526 or [::1]:2526")
            return nil
        }
        (host, port) = (place.host, place.port)
    }
}

/// The IMAP mailbox to poll; the adapter parses the URL.
package struct InboundIMAPInputs: Sendable, Equatable {
    package static let example = "imaps://mail.example.net"

    package let url: String
    package let user: String
    package let password: String
    package let startTLS: STARTTLSMode
    /// Path of the certificates that sign the server's; `nil` for the system's.
    package let certificateAuthorities: String?
    package let folder: String
    /// The folder for stored mails; `nil` deletes them.
    package let moveTo: String?
    package let intervalSeconds: Double

    /// `nil` where none is asked for, or after a problem was noted.
    package init?(reading reader: inout SettingsReader) {
        startTLS = reader.choice(.inboundIMAPSTARTTLS, default: .required)
        certificateAuthorities = reader.text(.inboundIMAPCAFile)
        folder = reader.text(.inboundIMAPFolder) ?? "INBOX"
        moveTo = reader.text(.inboundIMAPMoveTo)
        intervalSeconds = reader.seconds(.inboundIMAPInterval, 0.1...86_400, default: 30)
        let password = reader.secret(.inboundIMAPPassword, file: .inboundIMAPPasswordFile)
        let user = reader.text(.inboundIMAPUser)
        guard let url = reader.text(.inboundIMAPURL) else { return nil }
        if startTLS == .opportunistic {
            reader.report(
                .inboundIMAPSTARTTLS,
                "must be required or off: a password is never sent without TLS"
            )
        }
        if folder == moveTo { reader.report(.inboundIMAPMoveTo, "must differ from the folder that is read") }
        if user == nil { reader.report(.inboundIMAPUser, "is not set; set it beside VEREDUS_INBOUND_IMAP_URL") }
        if password == nil {
            reader.report(.inboundIMAPPassword, "is not set; set it, or VEREDUS_INBOUND_IMAP_PASSWORD_FILE")
        }
        self.url = url
        self.user = user ?? ""
        self.password = password ?? ""
    }
}

/// The Maildir to read.
package struct InboundMaildirSettings: Sendable, Equatable {
    /// What happens to a stored file.
    package enum After: String, Sendable, CaseIterable {
        case delete
        /// Into `cur`, marked as seen.
        case keep
    }

    package let path: String
    package let after: After

    package init(path: String, after: After) {
        self.path = path
        self.after = after
    }

    /// `nil` where none is asked for.
    package init?(reading reader: inout SettingsReader) {
        after = reader.choice(.inboundMaildirAfter, default: .delete)
        guard let path = reader.text(.inboundMaildir) else { return nil }
        guard path.hasPrefix("/") else {
            reader.report(.inboundMaildir, "must be the full path of a folder with tmp, new and cur in it")
            return nil
        }
        self.path = path
    }
}

/// Where a server listens: `127.0.0.1:2526`, `[::1]:2526`, `localhost:2526`.
package struct ListenAddress: Sendable, Equatable {
    package let host: String
    package let port: Int

    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        let digits = text[text.index(after: colon)...]
        guard digits.utf8.allSatisfy({ ASCII.isDigit($0) }), let port = UInt16(digits) else { return nil }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        self.host = String(host)
        self.port = Int(port)
    }
}

extension SettingsReader {
    fileprivate mutating func certificate() -> InboundListenerSettings.Certificate? {
        let chain = text(.inboundCertificate)
        let key = text(.inboundCertificateKey)
        guard let chain, let key else {
            if chain != nil || key != nil {
                report(
                    chain == nil ? .inboundCertificate : .inboundCertificateKey,
                    "is not set; set both the certificate's and the key's file, or neither"
                )
            }
            return nil
        }
        return InboundListenerSettings.Certificate(chainPath: chain, keyPath: key)
    }
}

/// The settings of a command that ingests mails by hand: the same limits and rules as `veredus-inbound`.
package struct InboundLimits: Sendable, Equatable {
    package let mostBytes: Int
    package let rulesPath: String?

    package init(reading reader: inout SettingsReader) {
        mostBytes = reader.inboundMostBytes()
        rulesPath = reader.text(.inboundRules)
    }
}

extension SettingsReader {
    fileprivate mutating func inboundMostBytes() -> Int {
        whole(.inboundMaxBytes, 65_536...104_857_600, default: 10_485_760)
    }
}
