import Core

/// What a slot proves of one message.
package struct FlightRecord: Equatable, Sendable {
    package let slot: Int
    package let key: DeliveryKey
    package let token: ClaimToken
    /// The number of the attempt, from 1.
    package let attempt: Int16
    package let policy: DeliveryPolicy
    package let step: FlightStep
    /// The slot's step word when it was read: only from there can it be taken.
    let word: UInt64
    /// The hash of the message, of which the step words are made.
    let identity: UInt64
}

/// How far a message had come.
package enum FlightStep: Equatable, Sendable {
    /// Its claim may have been sent to the database. No byte of it was sent to a server.
    case claimed
    /// It was given to a connection. Its final dot was not sent.
    case begun
    /// Its final dot may have been sent, and no reply was read.
    case dotAllowed
    /// It has ended.
    case replied(FlightReply)
    /// A settler has taken it, and may not have put its row back; `begun`: from begun, otherwise from claimed.
    case taken(begun: Bool)
}

/// How a message ended: the parts of a ``MessageOutcome`` that are stored.
package struct FlightReply: Equatable, Sendable {
    /// 0 without a reply.
    package let code: Int16
    package let judgement: Judgement
    package let step: SMTPStep
    /// Printable ASCII, at most 472 bytes.
    package let text: String

    package init(code: Int16, judgement: Judgement, step: SMTPStep, text: String) {
        (self.code, self.judgement, self.step, self.text) = (code, judgement, step, text)
    }
}
