import Core
import Testing

@Suite struct DeliveryDecisionTests {
    typealias Row = (
        judgement: Judgement, policy: DeliveryPolicy, attempt: Int, state: DeliveryState, reason: DeliveryReason,
        counts: Bool, because: Comment
    )

    static let table: [Row] = [
        (.accepted, .atMostOnce, 1, .accepted, .none, true, "a 2xx to the dot"),
        (.never, .atMostOnce, 1, .failed, .mailboxRefused, true, "no such mailbox"),
        (.notThisMessage, .atLeastOnce, 1, .failed, .messageRefused, true, "refused for good"),
        (.later, .atMostOnce, 1, .deferred, .none, true, "4xx is tried again"),
        (.later, .atMostOnce, 12, .failed, .attemptsExhausted, true, "the last attempt"),
        (.unknown, .atMostOnce, 1, .uncertain, .lostAfterDot, true, "never twice"),
        (.unknown, .atLeastOnce, 1, .deferred, .none, true, "nobody forgotten"),
        (.unknown, .atLeastOnce, 12, .uncertain, .attemptsExhausted, true, "no server said that it failed"),
        (.notStarted, .atMostOnce, 1, .deferred, .putBack, false, "nothing left this machine"),
        (.notStarted, .atMostOnce, 12, .deferred, .putBack, false, "a put back is no attempt, the last one neither"),
    ]

    @Test(arguments: table)
    func `an outcome decides the next state`(row: Row) {
        let decision = decide(outcome(row.judgement), attempt: row.attempt, row.policy)
        #expect(decision.state == row.state, row.because)
        #expect(decision.reason == row.reason, row.because)
        #expect(decision.countsAsAttempt == row.counts, row.because)
        #expect((decision.waitSeconds > 0) == (row.state == .deferred && row.counts), row.because)
    }

    @Test func `a message whose reply a stopping worker did not wait for says so`() {
        let decision = decide(outcome(.unknown, isStopped: true), attempt: 1, .atMostOnce)
        #expect(decision.state == .uncertain)
        #expect(decision.reason == .stoppedWaiting)
    }

    @Test(arguments: SMTPStep.allCases)
    func `a relay that cannot be reached costs no attempt, not even the last one`(step: SMTPStep) {
        let decision = decide(outcome(.later, at: step), attempt: 12, .atMostOnce)
        let isOfRoute = [.connect, .greeting, .ehlo, .startTLS, .auth].contains(step)
        #expect(decision.state == (isOfRoute ? .deferred : .failed))
        #expect(decision.countsAsAttempt == !isOfRoute)
        #expect((decision.waitSeconds > 0) == isOfRoute, "a relay that is down is not asked at once again")
    }

    private func decide(_ outcome: MessageOutcome, attempt: Int, _ policy: DeliveryPolicy) -> DeliveryDecision {
        DeliveryDecision(
            outcome,
            attempt: attempt,
            policy: policy,
            schedule: RetrySchedule(attempts: 12),
            fraction: 0.5
        )
    }

    private func outcome(_ judgement: Judgement, at step: SMTPStep = .dot, isStopped: Bool = false) -> MessageOutcome {
        MessageOutcome(id: 1, judgement: judgement, code: 0, text: "as told", step: step, isStopped: isStopped)
    }
}
