import Core

/// A provider's HTTP report about one message, in the form of the equivalent mail.
///
/// There is one way into the database: a report is written in the form of RFC 3464 or 5965, then sorted, stored once,
/// and judged like any other mail.
package struct ProviderReport: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// `status`: An enhanced status code; empty where none was given. `reason`: The verdict,
        /// whatever the words; `nil` if the words decide.
        case failed(status: String, words: String, reason: BounceReason? = nil)
        case delayed(status: String, words: String)
        /// The feedback type, RFC 5965 §7.3.
        case complaint(type: String)
        case unsubscribe
    }

    /// The report's field for the reason in ``Kind/failed(status:words:reason:)``. Anyone with a signed address can forge
    /// it, but gains no more than with a forged status.
    static let reasonField = "X-Veredus-Reason"

    /// `ses`, `sendgrid`, `postmark`.
    package let provider: String
    /// The provider's own number of what it tells: told again it is known.
    package let id: String
    package let recipient: String
    /// The local part that names the message, signed by us.
    package let signedLocalPart: String
    package let kind: Kind

    package init(provider: String, id: String, recipient: String, signedLocalPart: String, kind: Kind) {
        self.provider = provider
        self.id = id
        self.recipient = recipient
        self.signedLocalPart = signedLocalPart
        self.kind = kind
    }

    /// The mail: the same bytes for the same report.
    package var mail: [UInt8] {
        let body: String
        switch kind {
        case .failed(let status, let words, let reason): body = deliveryReport("failed", status, words, reason)
        case .delayed(let status, let words): body = deliveryReport("delayed", status, words, nil)
        case .complaint(let type): body = complaint(type)
        case .unsubscribe: body = "Subject: unsubscribe\r\n\r\nunsubscribe\r\n"
        }
        let host = "\(Self.line(provider)).webhook.invalid"
        return Array(
            """
            From: <mailer-daemon@\(host)>\r
            To: <\(Self.line(signedLocalPart))@bounces.invalid>\r
            Message-ID: <\(Self.line(id))@\(host)>\r
            \(body)
            """.utf8
        )
    }

    private func deliveryReport(
        _ action: String,
        _ status: String,
        _ words: String,
        _ reason: BounceReason?
    ) -> String {
        let words = Self.line(words)
        var code = status.isEmpty ? "" : "Status: \(Self.line(status))\r\n"
        if let reason { code += "\(Self.reasonField): \(reason.rawValue)\r\n" }
        return """
            Subject: Delivery report\r
            Auto-Submitted: auto-generated\r
            MIME-Version: 1.0\r
            Content-Type: multipart/report; report-type=delivery-status; boundary="veredus-webhook"\r
            \r
            --veredus-webhook\r
            Content-Type: text/plain; charset=utf-8\r
            \r
             \(words)\r
            --veredus-webhook\r
            Content-Type: message/delivery-status\r
            \r
            Reporting-MTA: dns; \(Self.line(provider)).webhook.invalid\r
            \r
            Final-Recipient: rfc822; \(Self.line(recipient))\r
            Action: \(action)\r
            \(code)Diagnostic-Code: smtp; \(words)\r
            \r
            --veredus-webhook--\r

            """
    }

    private func complaint(_ type: String) -> String {
        """
        Subject: Complaint\r
        MIME-Version: 1.0\r
        Content-Type: multipart/report; report-type=feedback-report; boundary="veredus-webhook"\r
        \r
        --veredus-webhook\r
        Content-Type: text/plain; charset=utf-8\r
        \r
        The recipient has complained.\r
        --veredus-webhook\r
        Content-Type: message/feedback-report\r
        \r
        Feedback-Type: \(Self.line(type.isEmpty ? "abuse" : type))\r
        User-Agent: \(Self.line(provider))\r
        Version: 1\r
        Original-Rcpt-To: \(Self.line(recipient))\r
        \r
        --veredus-webhook--\r

        """
    }

    /// A stranger's words as a part of one line: nothing in them begins a field, a part or a header.
    private static func line(_ text: String) -> String {
        let one = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
        return String(String.UnicodeScalarView(one.prefix(600)))
    }
}
