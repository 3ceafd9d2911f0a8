/// The contents of a returned mail: who failed and why, who complained, or something else.
///
/// Its text names no delivery: only a signed address that verifies does (``origin(_:)``). A mail that is not understood
/// is ``Kind/other`` and has no consequence.
package struct MailReport: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// A delivery report or a notice of a server; see ``MailReport/recipients``.
        case delivery
        /// RFC 5965: a provider reports a recipient's complaint.
        case complaint(FeedbackType)
        /// RFC 3834: vacation, out of office, "we have received your message".
        case autoReply
        case challenge
        /// An opt-out: to a signed unsubscribe address, or by its subject.
        case unsubscribe
        /// A list's or another campaign's message, a person's reply, anything else.
        case other

        /// Its name in JSON, see ``WireNamed``.
        package var name: String {
            switch self {
            case .delivery: "delivery"
            case .complaint: "complaint"
            case .autoReply: "auto-reply"
            case .challenge: "challenge"
            case .unsubscribe: "unsubscribe"
            case .other: "other"
            }
        }

        /// The type of a complaint.
        package var feedbackType: FeedbackType? {
            guard case .complaint(let type) = self else { return nil }
            return type
        }
    }

    package let kind: Kind
    /// Those of a delivery report; for a complaint those it names, if any.
    package let recipients: [ReportedRecipient]
    /// The Message-ID of the returned message, without its angle brackets.
    package let messageID: String?
    /// Local parts that look like signed addresses, the best evidence first; at most 16.
    package let signedLocalParts: [[UInt8]]
    /// Whether something exceeded the limits and was not read.
    package let isCutShort: Bool

    package init(
        kind: Kind,
        recipients: [ReportedRecipient],
        messageID: String?,
        signedLocalParts: [[UInt8]],
        isCutShort: Bool
    ) {
        self.kind = kind
        self.recipients = recipients
        self.messageID = messageID
        self.signedLocalParts = signedLocalParts
        self.isCutShort = isCutShort
    }

    /// The delivery that a mail is about: the one that the first verified signed address names.
    package func origin(_ keys: KeyRing) -> TrackingToken? {
        for local in signedLocalParts {
            if let token = try? keys.verify(localPart: local) { return token }
        }
        return nil
    }
}

/// What happened to one recipient, RFC 3464 §2.3.3.
package enum ReportedAction: String, WireNamed {
    case failed = "failed"
    case delayed = "delayed"
    case delivered = "delivered"
    case relayed = "relayed"
    case expanded = "expanded"
}

/// One recipient of a report.
package struct ReportedRecipient: Sendable, Equatable {
    /// Where the address was found.
    package enum Source: Sendable { case field, notice, returnedMessage }

    /// The address that failed; `nil` where the report names none.
    package let address: String?
    /// The original address, if the report says that it is another one.
    package let original: String?
    package let action: ReportedAction
    package let finding: BounceFinding
    package let status: EnhancedStatus?
    /// The server's text, UTF-8; for people and for storage after ``presentableText(_:hiding:)``.
    package let diagnostic: [UInt8]
    package let source: Source

    package init(
        address: String?,
        original: String?,
        action: ReportedAction,
        finding: BounceFinding,
        status: EnhancedStatus?,
        diagnostic: [UInt8],
        source: Source
    ) {
        self.address = address
        self.original = original
        self.action = action
        self.finding = finding
        self.status = status
        self.diagnostic = diagnostic
        self.source = source
    }

    /// Only `failed` counts: `delayed` is not final, RFC 3464 §2.3.3.
    package var consequence: BounceConsequence { action == .failed ? finding.consequence : .nothing }
}

/// The type of a complaint, RFC 5965 §7.3, RFC 6430, RFC 6591.
package enum FeedbackType: WireNamed, Equatable {
    case abuse, fraud, virus, notSpam, authFailure, optOut
    /// An unregistered type, or none.
    case other

    package var name: String {
        switch self {
        case .abuse: "abuse"
        case .fraud: "fraud"
        case .virus: "virus"
        case .notSpam: "not-spam"
        case .authFailure: "auth-failure"
        case .optOut: "opt-out"
        case .other: "other"
        }
    }

    package init(_ value: [UInt8]?) {
        let word = ASCII.lowercased((value ?? []).prefix { !ASCII.isSpace($0) && $0 != UInt8(ascii: ";") })
        switch String(decoding: word, as: UTF8.self) {
        case "abuse", "complaint": self = .abuse
        case "fraud": self = .fraud
        case "virus": self = .virus
        case "not-spam": self = .notSpam
        case "auth-failure": self = .authFailure
        case "opt-out", "opt-out-list": self = .optOut
        default: self = .other
        }
    }

    /// Complaints suppress; `not-spam` (RFC 6430) and reports about signatures (RFC 6591) do not.
    package var suppresses: Bool {
        switch self {
        case .abuse, .fraud, .optOut: true
        case .virus, .notSpam, .authFailure, .other: false
        }
    }
}
