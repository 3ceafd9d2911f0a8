/// Names one event, so that it counts once however often it is delivered: 128 random bits and nothing else.
package struct EventID: Hashable, Sendable, Comparable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(from random: inout some RandomNumberGenerator) {
        self.init(high: random.next(), low: random.next())
    }

    /// 16 bytes, most significant first: what is stored.
    package var bytes: [UInt8] { TokenNumber(high: high, low: low).bytes }

    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

/// The kind of an event; `events.kind`, `counted.purpose`.
package enum EventKind: Int16, Sendable, CaseIterable {
    case open = 0
    case click = 1
}

/// An open or a click on its way from the web program to the counts.
///
/// It has no address and no user agent: whether it is a machine's was decided before. In `aggregate` it has no time
/// either, and a machine's has no number.
package struct TrackedEvent: Hashable, Sendable {
    /// The recipient or number that it is about.
    package enum Subject: Hashable, Sendable {
        /// None: a machine's, counted as a total only.
        case nobody
        /// A pixel's or a link's number: `aggregate`.
        case number(TokenNumber)
        /// A recipient: `individual`. The second within the message's hour.
        case recipient(Seq, second: UInt16)
    }

    package let id: EventID
    package let kind: EventKind
    package let campaign: CampaignID
    /// The link's number; 0 for an open.
    package let link: UInt16
    package let subject: Subject
    package let isMachine: Bool

    package init(
        id: EventID,
        kind: EventKind,
        campaign: CampaignID,
        link: UInt16,
        subject: Subject,
        isMachine: Bool
    ) {
        self.id = id
        self.kind = kind
        self.campaign = campaign
        self.link = link
        self.subject = subject
        self.isMachine = isMachine
    }

    /// The event of a verified token; `nil` for a token of another use.
    ///
    /// `second`: Within the hour; kept only where the token names a recipient.
    package init?(_ token: TrackingToken, id: EventID, second: UInt16, isMachine: Bool) {
        let subject: TokenSubject
        switch token {
        case .open(let campaign, let named): (kind, self.campaign, link, subject) = (.open, campaign, 0, named)
        case .click(let campaign, let number, let named):
            (kind, self.campaign, link, subject) = (.click, campaign, number, named)
        case .unsubscribe, .mailUnsubscribe, .bounce: return nil
        }
        self.id = id
        self.isMachine = isMachine
        switch subject {
        case .number(let number): self.subject = isMachine ? .nobody : .number(number)
        case .recipient(let seq): self.subject = .recipient(seq, second: second)
        }
    }

    /// The same event as a machine's, without the number.
    package var ofMachine: TrackedEvent {
        var left = subject
        if case .number = subject { left = .nobody }
        return TrackedEvent(id: id, kind: kind, campaign: campaign, link: link, subject: left, isMachine: true)
    }
}
