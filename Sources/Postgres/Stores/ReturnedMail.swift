import Shared

/// A mail that came back, read, on its way into the books.
package struct ReturnedMail: Sendable {
    /// `inbound_mails.mail_id`: each mail is settled once.
    package let mail: Int64
    /// Seconds since 1970, by the database's clock.
    package let receivedAt: Double
    package let report: MailReport
    /// What the signed address names that verified; `nil` changes nothing but a counter.
    package let origin: TrackingToken?

    package init(mail: Int64, receivedAt: Double, report: MailReport, origin: TrackingToken?) {
        self.mail = mail
        self.receivedAt = receivedAt
        self.report = report
        self.origin = origin
    }
}

/// What a mail that came back led to.
package enum MailSettlement: Int16, Sendable, CaseIterable {
    /// Nothing: an answer of a machine, a delay, a report that blames nobody.
    case nothing = 0
    /// No signed address verified.
    case notOurs = 1
    case bounce = 2
    case complaint = 3
    case unsubscribe = 4

    package var name: String { String(describing: self) }
}

extension PostgresConnection {
    /// Enters what a mail said: the bounce or complaint, its suppression with the recall, evidence for an uncertain row.
    ///
    /// In the caller's transaction, which marks the mail as settled: both are there, or neither.
    package func settle(_ mail: ReturnedMail) throws -> MailSettlement {
        mail.origin == nil ? .notOurs : .nothing
    }
}
