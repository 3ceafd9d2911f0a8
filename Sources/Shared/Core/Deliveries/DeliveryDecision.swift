/// What becomes of a delivery, from how its attempt ended and the campaign's policy.
///
/// The one place that decides whether, and when, a message is tried again.
package struct DeliveryDecision: Sendable, Equatable {
    package let state: DeliveryState
    package let reason: DeliveryReason
    /// For `deferred`: the seconds until the next attempt.
    package let waitSeconds: Double
    /// Whether the attempt is one of those that the schedule allows.
    package let countsAsAttempt: Bool

    private init(state: DeliveryState, reason: DeliveryReason, waitSeconds: Double, countsAsAttempt: Bool) {
        self.state = state
        self.reason = reason
        self.waitSeconds = waitSeconds
        self.countsAsAttempt = countsAsAttempt
    }

    /// Nothing left this machine: it is tried again at once, and the attempt does not count.
    package static let putBack = DeliveryDecision(
        state: .deferred,
        reason: .putBack,
        waitSeconds: 0,
        countsAsAttempt: false
    )

    /// - Parameters:
    ///   - outcome: How the attempt ended.
    ///   - attempt: The number of this attempt, from 1.
    ///   - policy: The campaign's: whether a message that may have arrived is sent again.
    ///   - schedule: When, and how often, a message is tried again.
    ///   - fraction: Random, at least 0 and less than 1: spreads the retries.
    package init(
        _ outcome: MessageOutcome,
        attempt: Int,
        policy: DeliveryPolicy,
        schedule: RetrySchedule,
        fraction: Double
    ) {
        var (state, reason, wait) = (DeliveryState.deferred, DeliveryReason.none, 0.0)
        switch outcome.judgement {
        case .accepted: state = .accepted
        case .never: (state, reason) = (.failed, .mailboxRefused)
        case .notThisMessage: (state, reason) = (.failed, .messageRefused)
        case .notStarted:
            self = .putBack
            return
        case .unknown where policy == .atMostOnce:
            (state, reason) = (.uncertain, outcome.isStopped ? .stoppedWaiting : .lostAfterDot)
        case .later where outcome.isOfRoute:
            // The relay is down or refuses us: no reason to give a recipient up. The campaign's lifetime is the limit.
            wait = schedule.delaySeconds(afterAttempt: 1, fraction: fraction) ?? schedule.firstSeconds
        case .unknown, .later:
            if let seconds = schedule.delaySeconds(afterAttempt: attempt, fraction: fraction) {
                wait = seconds
            } else {
                // At-least-once may have delivered an unknown one: still not an acceptance that anybody stated.
                (state, reason) = (outcome.judgement == .unknown ? .uncertain : .failed, .attemptsExhausted)
            }
        }
        self.init(state: state, reason: reason, waitSeconds: wait, countsAsAttempt: !outcome.isOfRoute)
    }
}
