/// The result of requeueing a dead letter.
package enum DeadLetterFate: Sendable, Equatable, CaseIterable {
    /// Its row becomes pending: the recipient will be mailed.
    case sentAgain
    /// The recipient has opted out meanwhile, and is not mailed.
    case optedOut
    /// Its row is finished, or in flight.
    case finalAlready
    /// Another dead letter of the same row reopens it.
    case duplicate
    /// Its campaign has expired: requeued only on explicit request.
    case expired
    /// Its campaign was cancelled.
    case cancelled
    /// It has no row: its job message returns to its queue, for a newer worker.
    case publishedAgain
    /// No worker can read it.
    case unreadable

    /// The state of a dead letter's row, and of its campaign.
    package struct Row: Sendable, Equatable {
        package let state: DeliveryState
        package let campaignState: CampaignState
        package let isExpired: Bool
        package let hasOptedOut: Bool

        package init(state: DeliveryState, campaignState: CampaignState, isExpired: Bool, hasOptedOut: Bool) {
            self.state = state
            self.campaignState = campaignState
            self.isExpired = isExpired
            self.hasOptedOut = hasOptedOut
        }
    }

    /// - Parameters:
    ///   - reason: Why it is dead.
    ///   - row: `nil` where it names none.
    ///   - isFirst: Whether no other message of the same row was looked at before.
    ///   - evenIfExpired: Whether an expired campaign is sent, too.
    package init(_ reason: DeadLetter.Reason, row: Row?, isFirst: Bool, evenIfExpired: Bool) {
        guard let row else {
            self = reason == .tooNew ? .publishedAgain : .unreadable
            return
        }
        self =
            switch row.state {
            case let state where state != .dead: .finalAlready
            case _ where ![.running, .paused, .finished].contains(row.campaignState): .cancelled
            case _ where row.isExpired && !evenIfExpired && !row.hasOptedOut: .expired
            // Only of one that is decided now.
            case _ where !isFirst: .duplicate
            case _ where row.hasOptedOut: .optedOut
            default: .sentAgain
            }
    }

    /// The key of its number in JSON, in snake_case as all keys.
    package var key: String {
        switch self {
        case .sentAgain: "sent_again"
        case .optedOut: "opted_out"
        case .finalAlready: "final_already"
        case .duplicate: "duplicates"
        case .expired: "expired"
        case .cancelled: "cancelled"
        case .publishedAgain: "published_again"
        case .unreadable: "unreadable"
        }
    }

    /// Whether a requeue settles it; the others stay for another decision.
    package var isSettledByRequeue: Bool {
        switch self {
        case .sentAgain, .optedOut, .finalAlready, .duplicate, .publishedAgain: true
        case .expired, .cancelled, .unreadable: false
        }
    }
}

/// An operator's decision about a dead letter; `dead_letters.settlement`.
package enum DeadLetterSettlement: Int16, WireNamed {
    case sentAgain = 0
    /// To be sent again, but the recipient had opted out.
    case optedOut = 1
    /// To be sent again, but its row had ended otherwise.
    case finalAlready = 2
    case discarded = 3

    /// What the command line and JSON call it.
    package var name: String {
        switch self {
        case .sentAgain: "sent-again"
        case .optedOut: "opted-out"
        case .finalAlready: "final-already"
        case .discarded: "discarded"
        }
    }
}
