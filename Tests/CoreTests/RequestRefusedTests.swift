import Testing

@testable import Core

/// The command line, the API and the dashboard refuse in the same words.
@Suite struct RequestRefusedTests {
    typealias Row = (request: CampaignState.Request, why: RequestRefused.Why, sentence: String, advice: String)

    static let table: [Row] = [
        (
            .pause, .state(.paused), "Campaign 3 is paused; to pause it, it must be running.",
            "Possible now: resume, cancel"
        ),
        (
            .resume, .state(.finished), "Campaign 3 is finished; to resume it, it must be paused.",
            "It allows no further requests"
        ),
        (
            .start, .emptyList, "Campaign 3 cannot be started: its list has no subscribers.",
            "`veredus contacts import`"
        ),
        (
            .start, .nobodyLeft(by: 1),
            "Campaign 3 cannot be started: campaign 1, which it follows, has no recipients for it.",
            "`veredus campaign report 1`"
        ),
        (
            .start, .past, "Campaign 3 cannot be started at a time in the past: leave the time out to start now.",
            "leave the time out"
        ),
    ]

    @Test(arguments: table)
    func `a refusal says why, and at the terminal what to do`(row: Row) {
        let refused = RequestRefused(campaign: 3, request: row.request, why: row.why)
        #expect(refused.sentence == row.sentence)
        #expect(refused.description.hasPrefix(refused.reason) && refused.description.contains(row.advice))
    }

    @Test func `a campaign that was started is not changed`() {
        let refused = ChangeRefused(campaign: 3, state: .running)
        #expect(refused.sentence == "Campaign 3 is running: only a draft can be changed. Create another one.")
    }
}
