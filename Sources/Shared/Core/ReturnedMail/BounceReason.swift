/// Why a message did not reach its recipient: one vocabulary for replies during SMTP and for reports that come later.
package enum BounceReason: String, WireNamed {
    /// No such mailbox, or one that is closed for good.
    case mailboxUnknown = "mailbox-unknown"
    /// No such domain, or one that takes no mail.
    case domainUnknown = "domain-unknown"
    case mailboxFull = "mailbox-full"
    /// Refused for who sends or what is thought of it: spam, a block list, authentication, relaying.
    case policy = "policy"
    /// Too much or too fast for the other side.
    case rateLimited = "rate-limited"
    /// The message is too big.
    case size = "size"
    /// Something in the message: a virus, a file type, a form that the other side does not take.
    case content = "content"
    /// Given up after tries that all failed for now: nobody answered, the name server was away.
    case expired = "expired"
    /// No bounce: a machine of the recipient answers.
    case autoReply = "auto-reply"
    /// No bounce: the recipient's filter wants the sender to prove that somebody is there.
    case challenge = "challenge"
    case unknown = "unknown"
}

/// What follows from a bounce for the recipient and the route.
package enum BounceConsequence: String, WireNamed {
    /// Suppress the address now.
    case hard = "hard"
    /// Suppress after several within some days.
    case soft = "soft"
    /// Never suppress: it is about the sender. Throttle the route.
    case block = "block"
    case nothing = "nothing"
}

/// The judgement about one refusal, wherever it was met.
package struct BounceFinding: Sendable, Equatable {
    package let reason: BounceReason
    /// Whether the other side said that it will not change; a refusal that contradicts itself is not permanent.
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
