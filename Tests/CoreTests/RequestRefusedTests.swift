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
        (
            .pause, .state(.scheduled), "Campaign 3 is scheduled; to pause it, it must be running.",
            "Possible now: start, cancel, unschedule"
        ),
        (
            .unschedule, .state(.running), "Campaign 3 is running; to unschedule it, it must be scheduled or starting.",
            "Possible now: pause, cancel"
        ),
        (
            .start, .notReady([#"field "name" is missing for 1 of 2 recipients, such as contact 4"#]),
            #"Campaign 3 is not ready to start: field "name" is missing for 1 of 2 recipients, such as contact 4."#,
            "--anyway starts it as it is"
        ),
        (
            .start, .changed, "Campaign 3 was changed while it was checked: start it again.", "start it again"
        ),
    ]

    @Test(arguments: table)
    func `a refusal says why, and at the terminal what to do`(row: Row) {
        let refused = RequestRefused(campaign: 3, request: row.request, why: row.why)
        #expect(refused.sentence == row.sentence)
        #expect(refused.description.hasPrefix(refused.reason) && refused.description.contains(row.advice))
    }

    static let changes: [(refused: ChangeRefused, sentence: String, advice: String)] = [
        (
            ChangeRefused(campaign: 3, state: .running),
            "Campaign 3 is running: only a draft or a scheduled campaign can be changed. Create another one.",
            "veredus campaign create"
        ),
        (
            ChangeRefused(campaign: 3, state: .starting),
            "Campaign 3 is starting: only a draft or a scheduled campaign can be changed. Unschedule it first.",
            "veredus campaign unschedule 3"
        ),
        (
            ChangeRefused(campaign: 3, state: .scheduled, problems: ["a", "b"]),
            "Campaign 3 is scheduled, and with this change it would not be ready to start: a; b. "
                + "Correct the change, or unschedule the campaign first.",
            "veredus campaign unschedule 3"
        ),
    ]

    @Test(arguments: changes)
    func `a refused change says how it is made`(row: (refused: ChangeRefused, sentence: String, advice: String)) {
        #expect(row.refused.sentence == row.sentence)
        #expect(row.refused.description.hasSuffix(row.advice))
    }
}
