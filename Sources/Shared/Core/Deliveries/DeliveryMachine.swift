/// The events of a delivery. Each is one kind of write to `deliveries`.
package enum DeliveryEvent: Sendable, CaseIterable {
    /// A worker claims it: from now on a copy may be on its way.
    case claim
    /// The receiving server accepted it, or it has evidently arrived: a 2xx to the final dot.
    case accept
    /// It is refused for good, or its attempts are used up.
    case refuse
    /// It will be retried later: a 4xx, a connection lost before the dot, put back, or lost under at-least-once.
    case `defer`
    /// The outcome is unknown: the connection or the worker was lost past the dot, and it must not be sent twice.
    case loseTrack
    /// The recipient opted out.
    case optOut
    /// The campaign was cancelled.
    case cancel
    /// The campaign's lifetime is over.
    case expire
    /// It cannot be processed.
    case deadLetter
    /// A bounce arrived: it had been accepted, and was refused further on.
    case bounce
    /// Evidence that only a recipient of the message can cause: an open, a click, a complaint, an answer.
    case engagement
    /// An operator reopens it; audited.
    case reopen
}

extension DeliveryState {
    /// The state after an event; `nil` if it changes nothing.
    ///
    /// The one table of a delivery's life. Only evidence (a late reply, a bounce, an open or click that names the
    /// recipient) and an operator's reopen lead out of a final state. Tests compare the statements that write
    /// `deliveries` with it, state by state.
    package func after(_ event: DeliveryEvent) -> DeliveryState? {
        switch (self, event) {
        case (.pending, .claim), (.deferred, .claim): .sending
        case (.pending, .optOut), (.deferred, .optOut): .suppressed
        case (.pending, .cancel), (.deferred, .cancel): .cancelled
        case (.pending, .expire), (.deferred, .expire): .expired
        case (.pending, .deadLetter), (.deferred, .deadLetter): .dead

        case (.sending, .accept): .accepted
        case (.sending, .refuse): .failed
        case (.sending, .defer): .deferred
        case (.sending, .loseTrack): .uncertain

        // Evidence.
        case (.uncertain, .accept), (.uncertain, .engagement): .accepted
        case (.uncertain, .refuse), (.uncertain, .bounce): .failed
        // The sweep took the worker for lost, and its reply was known all the same.
        case (.deferred, .accept): .accepted
        case (.deferred, .refuse): .failed

        case (.uncertain, .reopen), (.dead, .reopen): .pending

        default: nil
        }
    }
}
