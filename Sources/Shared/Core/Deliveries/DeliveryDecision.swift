/// The next state of a delivery, from the outcome of its attempt and the campaign's policy.
///
/// The only place that decides whether, and when, a message is retried.
package struct DeliveryDecision: Sendable, Equatable {
    package let state: DeliveryState
    package let reason: DeliveryReason
    /// For `deferred`: the seconds until the next attempt.
    package let waitSeconds: Double
    /// Whether the attempt counts against the schedule.
    package let countsAsAttempt: Bool

    private init(state: DeliveryState, reason: DeliveryReason, waitSeconds: Double, countsAsAttempt: Bool) {
        self.state = state
        self.reason = reason
        self.waitSeconds = waitSeconds
        self.countsAsAttempt = countsAsAttempt
    }

    /// Nothing left this machine: it is retried at once, and the attempt does not count.
    package static let putBack = DeliveryDecision(
        state: .deferred,
        reason: .putBack,
        waitSeconds: 0,
        countsAsAttempt: false
    )

    /// - Parameters:
    ///   - outcome: The outcome of the attempt.
    ///   - attempt: The number of this attempt, from 1.
    ///   - policy: The campaign's: whether a message that may have arrived is sent again.
    ///   - schedule: When, and how often, a message is retried.
    ///   - fraction: Random, at least 0 and less than 1: spreads the retries. Drawn only for one.
    package init(
        _ outcome: MessageOutcome,
        attempt: Int,
        policy: DeliveryPolicy,
        schedule: RetrySchedule,
        fraction: @autoclosure () -> Double
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
            // The relay is down or refuses this machine: not the recipient's fault. The campaign's lifetime is the
            // limit.
            wait = schedule.delaySeconds(afterAttempt: 1, fraction: fraction()) ?? schedule.firstSeconds
        case .unknown, .later:
            if let seconds = schedule.delaySeconds(afterAttempt: attempt, fraction: fraction()) {
                wait = seconds
            } else {
                // Under at-least-once an unknown one may have been delivered, but no server has confirmed it.
                (state, reason) = (outcome.judgement == .unknown ? .uncertain : .failed, .attemptsExhausted)
            }
        }
        self.init(state: state, reason: reason, waitSeconds: wait, countsAsAttempt: !outcome.isOfRoute)
    }
}
