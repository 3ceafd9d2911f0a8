/// The database; the adapter parses the URL.
package struct DatabaseSettings: Sendable, Equatable {
    package static let example = "postgresql://veredus_worker:password@127.0.0.1:5432/veredus"

    package let url: String

    package init(reading reader: inout SettingsReader) {
        url = reader.required(.databaseURL, example: Self.example) ?? ""
    }
}

/// The type of the broker's queues.
package enum QueueType: String, Sendable, CaseIterable {
    /// Replicated, for a cluster.
    case quorum
    /// One node only, cheaper.
    case classic
}

/// The broker; the adapter parses the URL.
package struct BrokerInputs: Sendable, Equatable {
    package static let example = "amqp://veredus:password@127.0.0.1:5672/veredus"

    package let url: String
    /// Path of the certificates that sign the broker's; `nil` without TLS.
    package let certificateAuthorities: String?
    package let queueType: QueueType

    package init(reading reader: inout SettingsReader) {
        url = reader.required(.amqpURL, example: Self.example) ?? ""
        certificateAuthorities = reader.text(.amqpCAFile)
        queueType = reader.choice(.queueType, default: .quorum)
    }
}

/// Whether a plain connection to the mail server becomes a TLS one.
package enum STARTTLSMode: String, Sendable, CaseIterable {
    /// Never; for a server on this machine.
    case off
    /// Where the server offers it; an attacker on the network can prevent it.
    case opportunistic
    /// Always, with a verified certificate; no mail without.
    case required
}

/// The mail server and the login; the adapter parses the URL.
package struct SMTPInputs: Sendable, Equatable {
    package static let example = "smtp://mail.example.net:587"

    package let url: String
    package let startTLS: STARTTLSMode
    /// Path of the certificates that sign the server's; `nil` for the system's.
    package let certificateAuthorities: String?
    package let user: String?
    package let password: String?
    /// Connections open at once, and so the number of messages being sent at once.
    package let connections: Int
    /// Messages per connection.
    package let messagesPerConnection: Int
    /// The name that this machine gives the server.
    package let ehloName: String

    package init(reading reader: inout SettingsReader) {
        url = reader.required(.smtpURL, example: Self.example) ?? ""
        startTLS = reader.choice(.smtpSTARTTLS, default: .required)
        certificateAuthorities = reader.text(.smtpCAFile)
        user = reader.text(.smtpUser)
        password = reader.secret(.smtpPassword, file: .smtpPasswordFile)
        if user == nil, password != nil {
            reader.report(.smtpUser, "is not set, but a password is; set both or neither")
        }
        connections = reader.whole(.smtpConnections, 1...1_000, default: 20)
        messagesPerConnection = reader.whole(.smtpMessagesPerConnection, 1...1_000_000, default: 1_000)
        ehloName = reader.hostName(.ehloName, example: "sender.example.net")
    }
}

extension SettingsReader {
    /// A full domain name in ASCII (RFC 1035 §2.3.1), at least two labels, in lower case.
    package mutating func hostName(_ name: SettingName, example: String) -> String {
        guard let text = required(name, example: example) else { return example }
        guard HostName.isQualified(text) else {
            report(name, "must be a full domain name in ASCII, like \(example)")
            return example
        }
        return text.lowercased()
    }
}

/// What DNS allows in a name.
package enum HostName {
    /// Whether a text is a host name of two labels or more: letters, digits and inner hyphens.
    package static func isQualified(_ text: String) -> Bool {
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, labels.count >= 2 else { return false }
        guard labels.allSatisfy(isLabel) else { return false }
        // An address in digits is not a name.
        return labels.last?.contains { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    }

    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard (1...63).contains(label.count), label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-") else {
            return false
        }
        return label.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
            default: false
            }
        }
    }
}
