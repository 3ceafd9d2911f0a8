/// Why a message did not reach its recipient: one vocabulary for replies during SMTP and for later reports.
package enum BounceReason: String, WireNamed {
    /// No such mailbox, or a permanently closed one.
    case mailboxUnknown = "mailbox-unknown"
    /// No such domain, or one that accepts no mail.
    case domainUnknown = "domain-unknown"
    case mailboxFull = "mailbox-full"
    /// Refused because of the sender or its reputation: spam, a block list, authentication, relaying.
    case policy = "policy"
    /// Too much or too fast for the other side.
    case rateLimited = "rate-limited"
    /// The message is too big.
    case size = "size"
    /// Something in the message: a virus, a file type, a form that the other side does not accept.
    case content = "content"
    /// Given up after temporary failures only: no answer, no name server.
    case expired = "expired"
    /// Not a bounce: an automatic answer.
    case autoReply = "auto-reply"
    /// Not a bounce: the recipient's filter wants proof of a human sender.
    case challenge = "challenge"
    case unknown = "unknown"
}

/// The consequence of a bounce for the recipient and the route.
package enum BounceConsequence: String, WireNamed {
    /// Suppress the address now.
    case hard = "hard"
    /// Suppress after several within some days.
    case soft = "soft"
    /// Never suppress: it concerns the sender. Throttle the route.
    case block = "block"
    case nothing = "nothing"
}

/// The judgement of one refusal, whatever its source.
package struct BounceFinding: Sendable, Equatable {
    package let reason: BounceReason
    /// Whether the other side called it permanent; a refusal that contradicts itself is not.
    package let isPermanent: Bool

    package init(_ reason: BounceReason, isPermanent: Bool) {
        self.reason = reason
        self.isPermanent = isPermanent
    }

    /// Only permanent problems of the mailbox or its domain are hard; when in doubt it is soft.
    package var consequence: BounceConsequence {
        switch reason {
        case .mailboxUnknown, .domainUnknown: isPermanent ? .hard : .soft
        case .policy, .rateLimited, .content: .block
        case .mailboxFull, .size, .expired, .unknown: .soft
        case .autoReply, .challenge: .nothing
        }
    }
}
