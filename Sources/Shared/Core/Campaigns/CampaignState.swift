/// Where a campaign stands; the numbers are stored in `campaigns.state`.
///
/// ```
/// draft ──start──▶ starting ──freeze──▶ running ◀──pause, resume──▶ paused
///  ▲ │                ▲ │                  │  └─────all final─────▶ finished
///  │ └─start at──▶ scheduled               │
///  │    a time        │ │                  │
///  └──unschedule──────┴─┴─────cancel───────┴──▶ cancelling ──rows follow──▶ cancelled
/// ```
///
/// `starting` can be taken back by `unschedule`, too, until the freeze has committed.
package enum CampaignState: Int16, WireNamed {
    /// Editable; not started.
    case draft = 0
    /// A start was asked for at a time that is not due; it can be changed. The producer that takes it then starts it.
    case scheduled = 7
    /// A start was asked for and is due; the producer that leases it freezes it.
    case starting = 1
    case running = 2
    /// No claim commits; what is being sent ends.
    case paused = 3
    /// Cancelled at once for every claim; its rows follow in chunks.
    case cancelling = 4
    case cancelled = 5
    /// Every recipient is in a final state.
    case finished = 6

    /// The states in which a producer runs it.
    package static let open: [CampaignState] = [.starting, .running, .paused, .cancelling]
    /// Those that a producer looks for; the schema has an index of them.
    package static let awaited: [CampaignState] = open + [.scheduled]
    /// Those in which a start was asked for, and nothing is frozen.
    package static let toStart: [CampaignState] = [.scheduled, .starting]
    /// Those in which its message and rules can be changed: what is frozen is the newest version.
    package static let editable: [CampaignState] = [.draft, .scheduled]
    /// Those in which it has recipients, and has not ended.
    package static let underWay: [CampaignState] = [.running, .paused, .cancelling]
    package static let ended: [CampaignState] = [.cancelled, .finished]
    /// Those in which it may have sent something.
    package static let sent: [CampaignState] = underWay + ended

    package var name: String {
        switch self {
        case .draft: "draft"
        case .scheduled: "scheduled"
        case .starting: "starting"
        case .running: "running"
        case .paused: "paused"
        case .cancelling: "cancelling"
        case .cancelled: "cancelled"
        case .finished: "finished"
        }
    }

    /// Whether its audience is decided, and each recipient has a row.
    package var isFrozen: Bool { self != .draft && !Self.toStart.contains(self) }

    /// An operator's request about a campaign; recorded in the audit log.
    package enum Request: String, WireNamed {
        case start = "start"
        case pause = "pause"
        case resume = "resume"
        case cancel = "cancel"
        case unschedule = "unschedule"
    }

    /// The states that allow a request.
    package static func states(allowing request: Request) -> [CampaignState] {
        switch request {
        // Again while it waits: now, or for another time.
        case .start: [.draft, .scheduled, .starting]
        case .pause: [.running]
        case .resume: [.paused]
        case .cancel: [.scheduled, .starting, .running, .paused]
        // While nothing is frozen.
        case .unschedule: toStart
        }
    }
}

/// How a campaign treats a recipient who may have got a copy; `campaigns.policy`.
package enum DeliveryPolicy: Int16, WireNamed {
    /// Never twice: if a crash leaves the outcome unknown, it is `uncertain`.
    case atMostOnce = 0
    /// None forgotten: if a crash leaves the outcome unknown, the message is sent again with the same Message-ID.
    case atLeastOnce = 1

    package var name: String {
        switch self {
        case .atMostOnce: "at-most-once"
        case .atLeastOnce: "at-least-once"
        }
    }

    /// The default for a kind of campaign.
    package init(standardOf kind: CampaignKind) { self = kind == .marketing ? .atMostOnce : .atLeastOnce }
}

/// The legal kind of a campaign; `campaigns.kind`.
package enum CampaignKind: Int16, WireNamed {
    /// Needs consent: tests every scope of suppression and the membership of the list.
    case marketing = 0
    /// A receipt, a password reset: tests only the scope `all`.
    case transactional = 1

    package var name: String {
        switch self {
        case .marketing: "marketing"
        case .transactional: "transactional"
        }
    }
}
