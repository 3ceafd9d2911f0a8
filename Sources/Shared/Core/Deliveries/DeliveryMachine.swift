/// What can happen to a delivery. Each is one kind of write to `deliveries`.
package enum DeliveryEvent: Sendable, CaseIterable {
    /// A worker marks it: a copy may be on its way from now on.
    case claim
    /// The other side took it, or was seen to have it: a 2xx to the final dot.
    case accept
    /// It is refused for good, or its attempts are used up.
    case refuse
    /// It is to be tried again later: a 4xx, a connection lost before the dot, put back, or lost at-least-once.
    case `defer`
    /// Nobody can know: the connection or the worker went away past the dot, and it must not be sent twice.
    case loseTrack
    /// The recipient opted out.
    case optOut
    /// The campaign was cancelled.
    case cancel
    /// The campaign's lifetime is over.
    case expire
    /// It cannot be processed.
    case deadLetter
    /// A bounce came back: it had been delivered, and was refused further on.
    case bounce
    /// Something names the recipient that only one who got it can cause: an open, a click, a complaint, an answer.
    case engagement
    /// An operator sends it on its way again; audited.
    case reopen
}

extension DeliveryState {
    /// Where an event leads; `nil` where it changes nothing.
    ///
    /// The one table of a delivery's life. Only evidence (a late reply, a bounce, an open or click that names the
    /// recipient) and an operator's reopen lead out of a final state. The statements that write `deliveries` are held
    /// against it, state by state, in the tests.
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

        case (.uncertain, .reopen), (.dead, .reopen): .pending

        default: nil
        }
    }
}
