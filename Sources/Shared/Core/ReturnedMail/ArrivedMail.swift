/// A class of mails about one message; the number stored of each is limited; `inbound_mails.shelf`.
///
/// Opt-outs have a limit of their own, which automatic answers and reports cannot use up.
package enum MailShelf: Int16, Sendable, CaseIterable {
    /// Automatic answers, reports without consequence, and mail that is not understood.
    case other = 0
    /// Delivery reports and notices.
    case delivery = 1
    case unsubscribe = 2
    /// Those that suppress.
    case complaint = 3

    package init(_ kind: MailReport.Kind) {
        switch kind {
        case .delivery: self = .delivery
        case .unsubscribe: self = .unsubscribe
        case .complaint(let type): self = type.suppresses ? .complaint : .other
        case .autoReply, .challenge, .other: self = .other
        }
    }
}

/// Returned mail, shortened to what may be stored.
package struct ArrivedMail: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// ``cutReport(_:book:limits:)``; to be judged.
        case report([UInt8])
        /// The whole mail, encrypted (``MailSeal``): sent to a signed address, and not understood.
        case sealed([UInt8])
    }

    /// SHA-256 over the mail as received and the envelope recipient: the same mail is stored once for each mailbox.
    package let hash: [UInt8]
    /// The delivery that a verified signed address names.
    package let origin: DeliveryKey
    /// Of the returned message, if the address is a return path; `nil` for an unsubscribe address.
    package let attempt: UInt16?
    /// The local part of the envelope recipient, if it is known and has the form of a signed one.
    package let sentTo: [UInt8]?
    /// Of the mail as received.
    package let sizeBytes: Int
    package let content: Content
    package let shelf: MailShelf
    /// Who opts out by it, if its address says that; an older program's does not.
    package let optOutOf: RecipientMark?

    package init(
        hash: [UInt8],
        origin: DeliveryKey,
        attempt: UInt16?,
        sentTo: [UInt8]?,
        sizeBytes: Int,
        content: Content,
        shelf: MailShelf,
        optOutOf: RecipientMark? = nil
    ) {
        self.hash = hash
        self.origin = origin
        self.attempt = attempt
        self.sentTo = sentTo
        self.sizeBytes = sizeBytes
        self.content = content
        self.shelf = shelf
        self.optOutOf = optOutOf
    }

    /// The contents of the signed address.
    package var token: TrackingToken {
        attempt.map { .bounce(origin, attempt: $0) } ?? .mailUnsubscribe(origin)
    }
}

/// What to do with a mail that arrived.
package enum MailArrival: Sendable, Equatable {
    case ours(ArrivedMail)
    /// No signed address in it verifies: it is only counted.
    case notOurs
    /// It exceeds the limits of size, depth or parts, and what was read is not a report.
    case beyondLimits
    /// A webhook report that names no message.
    case namesNoMessage
    /// An undocumented webhook event.
    case unknownEvent
}

/// The mailbox name of a provider's webhook, `webhook:ses`; `inbound_mails.mailbox`.
package enum WebhookMailbox {
    private static let prefix = "webhook:"

    package static func name(of provider: String) -> String { prefix + provider }

    package static func isOne(_ mailbox: String) -> Bool { mailbox.hasPrefix(prefix) }
}
