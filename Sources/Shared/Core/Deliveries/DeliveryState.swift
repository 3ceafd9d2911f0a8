/// The state of one recipient of one campaign; the numbers are stored in `deliveries.state`.
///
/// At every moment each recipient is in exactly one of these, so that they add up to the audience.
package enum DeliveryState: Int16, WireNamed {
    /// Not claimed yet.
    case pending = 0
    /// Claimed by a worker: a copy may be on its way.
    case sending = 1
    /// Waits in `retries` for its next attempt.
    case deferred = 2
    /// The receiving server accepted it with a 2xx.
    case accepted = 3
    /// Refused for good, or given up.
    case failed = 4
    /// Opted out, or never to be mailed, before a claim.
    case suppressed = 5
    /// The connection or the worker was lost past the final dot: the outcome is unknown.
    case uncertain = 6
    /// The campaign was cancelled before it was sent.
    case cancelled = 7
    /// The campaign expired before it was sent.
    case expired = 8
    /// Could not be processed; `dead_letters` has the reason.
    case dead = 9

    package var name: String {
        switch self {
        case .pending: "pending"
        case .sending: "sending"
        case .deferred: "deferred"
        case .accepted: "accepted"
        case .failed: "failed"
        case .suppressed: "suppressed"
        case .uncertain: "uncertain"
        case .cancelled: "cancelled"
        case .expired: "expired"
        case .dead: "dead"
        }
    }

    /// The states in which it waits for a claim.
    package static let waiting: [DeliveryState] = [.pending, .deferred]
    /// The states that it leaves on its own.
    package static let open: [DeliveryState] = [.pending, .sending, .deferred]

    /// Whether only evidence or an operator can change it.
    package var isFinal: Bool { rawValue > Self.deferred.rawValue }
}
