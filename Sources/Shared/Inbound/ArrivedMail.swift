/// What is counted together of the mails about one letter, each up to a bound; `inbound_mails.shelf`.
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

    init(_ kind: MailReport.Kind) {
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
    /// Of the letter that came back, where the address is a return path; `nil` for an unsubscribe address.
    package let attempt: UInt16?
    /// The local part of the envelope's recipient, where the way in knows it and it has the shape of a signed one.
    package let sentTo: [UInt8]?
    /// Of the mail as it came.
    package let sizeBytes: Int
    package let content: Content
    package let shelf: MailShelf

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

/// Sorts mails as they arrive: what is ours is cut or encrypted before anything is stored, the rest is only counted.
///
/// Pure: the same mail gives the same answer, but for the nonce of the encryption.
package struct MailSorter: Sendable {
    private let keys: KeyRing
    private let seal: MailSeal
    package let book: RuleBook
    package let limits: MIMELimits
    /// A report that is longer after the cut is cut off: what is beyond is text that nobody reads.
    private static let mostContent = 512 << 10
    /// What nobody understands is kept whole for a while: whoever holds one signed address must not fill the disk.
    private static let mostSealed = 256 << 10

    package init(keys: KeyRing, seal: MailSeal, book: RuleBook = .builtIn, limits: MIMELimits = MIMELimits()) {
        self.keys = keys
        self.seal = seal
        self.book = book
        self.limits = limits
    }

    /// Decides what may be kept of a mail.
    ///
    /// - Parameters:
    ///   - bytes: The mail as it was received.
    ///   - sentTo: The local part of the envelope's recipient; `nil` where the way in does not know it.
    /// - Returns: Always something; the time is linear in the size.
    package func sort(_ bytes: [UInt8], sentTo: [UInt8]?) -> MailArrival {
        let sentTo = sentTo.flatMap { Self.isSignedShape($0) ? $0 : nil }
        let report = readReport(bytes, sentTo: sentTo, book: book, limits: limits)
        guard let token = report.origin(keys) else { return report.isCutShort ? .beyondLimits : .notOurs }
        let origin: DeliveryKey
        var attempt: UInt16?
        switch token {
        case .bounce(let key, let number): (origin, attempt) = (key, number)
        case .mailUnsubscribe(let key): origin = key
        case .open, .click, .unsubscribe: return .notOurs
        }
        let content: ArrivedMail.Content
        if report.kind == .other {
            guard !report.isCutShort, bytes.count <= Self.mostSealed else { return .beyondLimits }
            content = .sealed(seal.seal(bytes))
        } else {
            content = .report(Array(cutReport(bytes, book: book, limits: limits).prefix(Self.mostContent)))
        }
        return .ours(
            ArrivedMail(
                hash: MailHash.of(bytes, sentTo: sentTo),
                origin: origin,
                attempt: attempt,
                sentTo: sentTo,
                sizeBytes: bytes.count,
                content: content,
                shelf: MailShelf(report.kind)
            )
        )
    }

    /// Whether a local part has the shape of a signed address, be the signature good or not.
    package static func isSignedShape(_ local: [UInt8]) -> Bool {
        let prefix = ASCII.lowercased(local.prefix(2))
        return local.count <= 64
            && (prefix.elementsEqual(KeyRing.bouncePrefix.utf8)
                || prefix.elementsEqual(KeyRing.mailUnsubscribePrefix.utf8))
            && local.dropFirst(2).allSatisfy { ASCII.isAlphanumeric($0) }
    }
}
