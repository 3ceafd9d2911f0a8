import Core

/// Sorts mails on arrival: mail to a valid signed address is cut or encrypted before it is stored, the rest is only
/// counted.
///
/// Pure: the same mail gives the same answer, but for the nonce of the encryption.
package struct MailSorter: Sendable {
    private let keys: KeyRing
    private let seal: MailSeal
    package let book: RuleBook
    package let limits: MIMELimits
    /// A report that is longer after the cut is cut off: what is beyond is text that nobody reads.
    private static let mostContent = 512 << 10
    /// Mail that no rule understands is kept whole for a while, with a limit: the holder of one signed address must not
    /// fill the disk.
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
        var mark: RecipientMark?
        switch token {
        case .bounce(let key, let number): (origin, attempt) = (key, number)
        case .mailUnsubscribe(let key, let itsMark): (origin, mark) = (key, itsMark)
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
                shelf: MailShelf(report.kind),
                optOutOf: report.kind == .unsubscribe ? mark : nil
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
