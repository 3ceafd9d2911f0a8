import Core
import Testing

@testable import Worker

@Suite struct DeliveryResultTests {
    static let table:
        [(
            judgement: Judgement, policy: DeliveryPolicy, attempt: Int16, state: DeliveryState, counts: Bool,
            because: Comment
        )] = [
            (.accepted, .atMostOnce, 1, .accepted, true, "a 2xx to the dot"),
            (.never, .atMostOnce, 1, .failed, true, "no such mailbox"),
            (.notThisMessage, .atLeastOnce, 1, .failed, true, "refused for good"),
            (.later, .atMostOnce, 1, .deferred, true, "4xx is tried again"),
            (.later, .atMostOnce, 12, .failed, true, "the last attempt"),
            (.unknown, .atMostOnce, 1, .uncertain, true, "never twice"),
            (.unknown, .atLeastOnce, 1, .deferred, true, "nobody forgotten"),
            (.unknown, .atLeastOnce, 12, .uncertain, true, "nobody said that it failed"),
            (.notStarted, .atMostOnce, 1, .deferred, false, "nothing left this machine"),
            (.notStarted, .atMostOnce, 12, .deferred, false, "a put back is no attempt, the last one neither"),
        ]

    @Test(arguments: table)
    func `an outcome decides the next state`(
        row: (
            judgement: Judgement, policy: DeliveryPolicy, attempt: Int16, state: DeliveryState, counts: Bool,
            because: Comment
        )
    ) {
        let held = InFlight.Held(
            key: DeliveryKey(campaign: 1, seq: 1),
            token: 5,
            attempt: row.attempt,
            policy: row.policy
        )
        let result = DeliveryResult(
            .fixture(1, row.judgement),
            of: held,
            schedule: RetrySchedule(attempts: 12),
            fraction: 0.5
        )
        #expect(result.state == row.state, row.because)
        #expect(result.countsAsAttempt == row.counts, row.because)
        #expect(result.token == 5)
        #expect((result.waitSeconds > 0) == (row.state == .deferred && row.counts), row.because)
    }

    @Test(arguments: SMTPStep.allCases)
    func `a relay that cannot be reached costs no attempt, not even the last one`(step: SMTPStep) {
        let held = InFlight.Held(key: DeliveryKey(campaign: 1, seq: 1), token: 5, attempt: 12, policy: .atMostOnce)
        let result = DeliveryResult(
            .fixture(1, .later, at: step),
            of: held,
            schedule: RetrySchedule(attempts: 12),
            fraction: 0.5
        )
        let isOfRoute = [.connect, .greeting, .ehlo, .startTLS, .auth].contains(step)
        #expect(result.state == (isOfRoute ? .deferred : .failed))
        #expect(result.countsAsAttempt == !isOfRoute)
        #expect((result.waitSeconds > 0) == isOfRoute, "a relay that is down is not asked at once again")
    }
}
