/// What is counted together of the mails about one message, each up to a bound; `inbound_mails.shelf`.
///
/// A recipient's no has room that neither answers of machines nor reports can take.
package enum MailShelf: Int16, Sendable, CaseIterable {
    /// Answers of machines, reports that ask for nothing, what nobody understands.
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

/// A mail of ours that came back, cut down to what may be stored.
package struct ArrivedMail: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        /// ``cutReport(_:book:limits:)``; to be judged.
        case report([UInt8])
        /// The whole mail, encrypted (``MailSeal``): sent to one of our signed addresses, and not understood.
        case sealed([UInt8])
    }

    /// SHA-256 over the mail as it came and the envelope's recipient: the same mail is stored once for each mailbox.
    package let hash: [UInt8]
    /// The delivery that a signed address names, which has verified.
    package let origin: DeliveryKey
    /// Of the message that came back, where the address is a return path; `nil` for an unsubscribe address.
    package let attempt: UInt16?
    /// The local part of the envelope's recipient, where the way in knows it and it has the shape of a signed one.
    package let sentTo: [UInt8]?
    /// Of the mail as it came.
    package let sizeBytes: Int
    package let content: Content
    package let shelf: MailShelf

    package init(
        hash: [UInt8],
        origin: DeliveryKey,
        attempt: UInt16?,
        sentTo: [UInt8]?,
        sizeBytes: Int,
        content: Content,
        shelf: MailShelf
    ) {
        self.hash = hash
        self.origin = origin
        self.attempt = attempt
        self.sentTo = sentTo
        self.sizeBytes = sizeBytes
        self.content = content
        self.shelf = shelf
    }

    /// What the signed address said.
    package var token: TrackingToken {
        attempt.map { .bounce(origin, attempt: $0) } ?? .mailUnsubscribe(origin)
    }
}

/// What is to be done with a mail that arrived.
package enum MailArrival: Sendable, Equatable {
    case ours(ArrivedMail)
    /// No signed address in it verifies: nothing of it is kept but its number.
    case notOurs
    /// Larger, deeper or in more parts than is read, and what was read says nothing.
    case beyondLimits
}
