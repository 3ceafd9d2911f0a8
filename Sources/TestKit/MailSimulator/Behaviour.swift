/// The simulator's behaviour towards one recipient, sender or connection, written as one word.
///
/// The word is the local part of an address, up to its first `+` and in any case, so that
/// `defer-451+17@example.org` and `defer-451+18@example.org` are two recipients treated alike; or it is the
/// `behaviour` of a rule in a ``Script``. Any other local part is an ordinary, accepted recipient.
///
/// The grammar is ``grammar``, which is also what `veredus-simulator --help` prints.
///
/// - A recipient's word applies to the steps `rcpt`, `data` and `dot`, a sender's to `mail` too. Earlier steps are
///   over when the address is read: they need a rule without `domain` and `sender`. A word that comes too late
///   is refused with 553, so that it is not mistaken for a success.
/// - Several words can be in force at once: the recipients', the sender's, the connection's, and of each the
///   address's own before those of rules. Delays add up; of two replies the first counts.
/// - A message is stored, and counts as a copy, if the dot is answered 2xx or the word is `forget-dot`.
package struct Behaviour: Sendable, Equatable {
    /// A point of the dialogue at which the server replies.
    package enum Step: String, CaseIterable, Sendable, Comparable {
        case banner, ehlo, starttls, auth, mail, rcpt, data, dot, quit

        private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
        package static func < (left: Step, right: Step) -> Bool { left.order < right.order }
    }

    /// The action.
    package enum Deed: Sendable, Equatable {
        case accept
        /// The step's reply is this one.
        case answer(Step, Reply)
        /// The step's reply is 421, and the connection is closed.
        case close(Step)
        case delay(Step, milliseconds: Int)
        /// The connection is closed instead of a reply; nothing is stored.
        case hangUp(Step)
        /// The connection is closed after this many octets since 354, unless the dot comes first.
        case hangUpAfterBytes(Int)
        /// The message is stored, then the connection is closed without a reply.
        case forgetDot
        /// Replies leave one octet at a time.
        case drip(milliseconds: Int)
        /// Replies have three lines.
        case multiline
        /// The step's reply is followed by an unsolicited one.
        case extra(Step)
        /// The step's reply never ends: ``floodLimitBytes`` of it, then the connection is closed.
        case flood(Step)
        /// The message is accepted, and a mail is sent back for it.
        case sequel(Sequel)
    }

    package let deed: Deed
    /// Whether this applies to the first attempt only, and later ones are accepted.
    package let isOnce: Bool

    package init(_ deed: Deed, once isOnce: Bool = false) {
        self.deed = deed
        self.isOnce = isOnce
    }

    /// How much of an endless reply is sent before the connection is closed.
    package static let floodLimitBytes = 16 << 20

    /// The step of the action; `nil` for all of them, or for the content.
    package var step: Step? {
        switch deed {
        case .answer(let step, _), .close(let step), .delay(let step, _), .hangUp(let step), .extra(let step),
            .flood(let step):
            step
        case .forgetDot, .hangUpAfterBytes: .dot
        case .accept, .drip, .multiline, .sequel: nil
        }
    }

    /// Whether the action is still possible at this step; `quit` belongs to no transaction.
    func isInTime(at first: Step) -> Bool {
        guard let step else { return true }
        return (first...Step.dot).contains(step)
    }

    /// For people: every form of the word, one per line, the meaning after two spaces or more.
    package static let grammar = """
        accept                   the default
        reject-550[-5.1.1]       5xx reply to RCPT
        defer-451[-4.7.1]        4xx reply to RCPT
        defer-once-450[-4.2.1]   only on the recipient's first attempt
        STEP-CODE[-X.Y.Z]        that reply at that step: dot-554-5.7.1
        421-STEP                 421 4.3.2 at that step, then closes
        delay-STEP-MS            delays that step's reply
        hangup-STEP              closes instead of replying; nothing is stored
        hangup-byte-N            closes after N octets of the content
        forget-dot               stores the message, then closes without a reply
        lost-reply               same as forget-dot
        tarpit[-MS]              replies one octet at a time, 100 ms apart
        split                    same, 1 ms apart
        multiline                replies in three lines
        extra[-STEP]             a second reply at that step (default dot)
        flood[-STEP]             an endless reply at that step (default rcpt)
        once-BEHAVIOUR           on the recipient's first attempt only, then accept
        bounce-X.Y.Z             accepted; sends a failure report
        bounce-later-X.Y.Z       same, some seconds later
        complain                 accepted; sends a feedback report: marked as spam
        autoreply                accepted; sends an out-of-office reply
        unsubscribe              accepted; mails List-Unsubscribe's address

        STEP is banner, ehlo, starttls, auth, mail, rcpt, data, dot or quit.
        What follows a + is ignored: defer-451+17@example.org.
        Recipients control rcpt, data and dot; senders also mail; scripts every step.
        Returned mail goes to the server of --inbound, if it is set.
        """
}

/// One reply of the server, without its line end.
package struct Reply: Sendable, Equatable {
    package let code: Int
    /// As of RFC 3463, "5.1.1"; `nil` leaves it out.
    package let enhanced: String?
    package let text: String

    package init(_ code: Int, _ enhanced: String?, _ text: String) {
        self.code = code
        self.enhanced = enhanced
        self.text = text
    }

    package init(_ code: Int, _ text: String) {
        self.init(code, nil, text)
    }
}
