import Core
import DatabaseClient

/// A parsed returned mail to apply.
package struct ReturnedMail: Sendable {
    /// `inbound_mails.mail_id`: each mail is settled once.
    package let mail: Int64
    /// Seconds since 1970, by the database's clock.
    package let receivedAt: Double
    package let report: MailReport
    /// The content of its verified signed address; without one only a counter changes.
    package let origin: TrackingToken?
    /// The way of an opt-out in it: a provider's webhook is also stored as mail.
    package let way: OptOutWay

    package init(
        mail: Int64,
        receivedAt: Double,
        report: MailReport,
        origin: TrackingToken?,
        way: OptOutWay = .mail
    ) {
        self.mail = mail
        self.receivedAt = receivedAt
        self.report = report
        self.origin = origin
        self.way = way
    }
}

/// The result of a returned mail.
package enum MailSettlement: Int16, WireNamed {
    /// None: an automatic answer, a delay, a report without a failure.
    case nothing = 0
    /// No verified signed address, or a message that is not in this database.
    case notOurs = 1
    case bounce = 2
    case complaint = 3
    case unsubscribe = 4

    package var name: String {
        switch self {
        case .nothing: "nothing"
        case .notOurs: "not-ours"
        case .bounce: "bounce"
        case .complaint: "complaint"
        case .unsubscribe: "unsubscribe"
        }
    }
}

extension PostgresConnection {
    /// Applies a mail: the bounce or complaint, its suppression with the recall, evidence for an uncertain row.
    ///
    /// In the caller's transaction, which marks the mail as settled: both are there, or neither. Safe to repeat. Its last
    /// statement may take the lock of the audit log, which others wait for: commit soon.
    package func settle(_ mail: ReturnedMail) throws -> MailSettlement {
        guard let key = mail.origin?.delivery, let delivery = try returnedDelivery(key) else { return .notOurs }
        switch mail.report.kind {
        case .delivery: return try settleReport(mail, of: delivery)
        case .complaint(let type):
            // A complaint of any type is about a message that has arrived.
            guard type.suppresses else { return try settleAnswer(of: delivery) }
            // From a provider's complaint list: the complaint was about another message, and does not count in this rate.
            let kind = type == .optOut ? BounceKind.unsubscribe : .complaint
            try enter(
                ReturnedMessage(mail, kind, "feedback of type \(type.name)", proof: .arrival),
                of: delivery,
                suppressing: .init(
                    scope: .all,
                    reason: .complaint,
                    source: "complaint about campaign \(key.campaign)",
                    way: .complaint
                )
            )
            return .complaint
        case .unsubscribe:
            // Before any row, like the page.
            try run(.lockMessage, [.int32(key.campaign), .int32(key.seq)])
            try enter(
                ReturnedMessage(mail, .unsubscribe, "unsubscribed by \(mail.way.name)", proof: .arrival),
                of: delivery,
                suppressing: .init(
                    scope: .list,
                    reason: .unsubscribe,
                    source: "\(mail.way.name) about campaign \(key.campaign)",
                    way: mail.way
                )
            )
            return .unsubscribe
        case .autoReply, .challenge: return try settleAnswer(of: delivery)
        case .other: return .nothing
        }
    }

    private func settleReport(_ mail: ReturnedMail, of delivery: ReturnedDelivery) throws -> MailSettlement {
        guard let recipient = mail.report.recipient(for: delivery.address) else { return .nothing }
        // The server that delays, relays or delivers it has accepted it.
        guard recipient.action == .failed else { return try settleAnswer(of: delivery) }
        // About an earlier attempt, so no evidence about the last one.
        let isOfLastAttempt = mail.origin?.attempt.map { $0 == Int(delivery.attempt) } ?? true
        var message = ReturnedMessage(
            mail,
            .mail,
            bounceDetail(recipient.diagnostic),
            proof: isOfLastAttempt ? .failure : .none
        )
        message.attempt = mail.origin?.attempt.map { Int16(clamping: $0) } ?? delivery.attempt
        message.status = recipient.status.map { "\($0.statusClass).\($0.subject).\($0.detail)" } ?? ""
        message.reason = recipient.finding.reason
        message.consequence = recipient.consequence
        try enter(message, of: delivery, suppressing: nil)
        return .bounce
    }

    /// An answer only shows that the message arrived.
    private func settleAnswer(of delivery: ReturnedDelivery) throws -> MailSettlement {
        // Nothing leads back from here: no lock is needed to see it.
        guard delivery.state == .uncertain else { return .nothing }
        try run(.proveArrival, [.int32(delivery.key.campaign), .int32(delivery.key.seq)])
        return .nothing
    }
}

extension TrackingToken {
    /// The delivery that it names, if any.
    fileprivate var delivery: DeliveryKey? {
        switch self {
        case .unsubscribe(let key, _), .mailUnsubscribe(let key, _), .bounce(let key, _): key
        case .open(let campaign, .recipient(let seq)), .click(let campaign, _, .recipient(let seq)):
            DeliveryKey(campaign: campaign, seq: seq)
        case .open, .click: nil
        }
    }

    /// The attempt of a return path.
    fileprivate var attempt: Int? {
        guard case .bounce(_, let attempt) = self else { return nil }
        return Int(attempt)
    }
}

extension ReturnedMessage {
    fileprivate init(_ mail: ReturnedMail, _ kind: BounceKind, _ detail: String, proof: Proof) {
        self.init(kind: kind, source: .mail(mail.mail), at: mail.receivedAt, detail: detail, proof: proof)
    }
}
