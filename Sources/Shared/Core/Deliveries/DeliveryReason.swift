/// Why a delivery is in its state, if the SMTP reply alone does not say; stored in `deliveries.reason`.
package enum DeliveryReason: Int16, WireNamed {
    /// Nothing to add.
    case none = 0
    /// The reply in `replies` refuses the mailbox.
    case mailboxRefused = 1
    /// The reply in `replies` refuses this message, and says nothing about the mailbox.
    case messageRefused = 2
    /// Deferred more often than the retry schedule allows.
    case attemptsExhausted = 3
    /// The template could not be rendered for this recipient.
    case renderFailed = 4
    /// The recipient had opted out before the campaign was frozen.
    case optedOutBefore = 5
    /// The recipient opted out while the message was queued.
    case recalled = 6
    /// The connection was lost after the final dot.
    case lostAfterDot = 7
    /// The worker stopped while it waited for the reply to the final dot.
    case stoppedWaiting = 8
    /// The worker that had claimed it died.
    case workerLost = 9
    /// In flight every time a worker crashed.
    case poison = 10
    /// Put back unsent: no connection was free in time, or the worker stopped.
    case putBack = 11
    /// Accepted, or possibly accepted, and then bounced: the row in `bounces` has the reason.
    case bounced = 12
    /// Unknown, until evidence that only a recipient can cause, or an open or click that names the recipient: it has
    /// arrived.
    case seen = 13

    package var name: String {
        switch self {
        case .none: "none"
        case .mailboxRefused: "mailbox-refused"
        case .messageRefused: "message-refused"
        case .attemptsExhausted: "attempts-exhausted"
        case .renderFailed: "render-failed"
        case .optedOutBefore: "opted-out-before"
        case .recalled: "recalled"
        case .lostAfterDot: "lost-after-dot"
        case .stoppedWaiting: "stopped-waiting"
        case .workerLost: "worker-lost"
        case .poison: "poison"
        case .putBack: "put-back"
        case .bounced: "bounced"
        case .seen: "seen"
        }
    }
}
