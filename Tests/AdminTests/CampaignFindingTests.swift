import Core
import Database
import TestKit
import Testing

@testable import Admin

/// What doctor makes of campaigns and the programs that they wait for.
@Suite struct CampaignFindingTests {
    typealias Row = (ways: [CampaignsUnderWay], workers: Int64, problems: [String], notes: [String], because: Comment)

    static let table: [Row] = [
        ([], 0, [], [], "nothing to send needs nobody"),
        ([.init(.running, isDriven: true, count: 1, examples: [3])], 1, [], [], "all is there"),
        (
            [.init(.running, isDriven: true, count: 1, examples: [3])], 0,
            ["campaign 3: running, and no worker is alive"],
            [], "a running one and no worker"
        ),
        (
            [.init(.running, isDriven: false, count: 1, examples: [3])], 0,
            ["campaign 3: under way, and no producer drives it", "campaign 3: running, and no worker is alive"], [],
            "neither"
        ),
        (
            [.init(.starting, isDriven: false, isDue: true, count: 1, firstStart: 1, examples: [4])], 1,
            ["campaign 4: to be started by now, and no producer has taken it"], [], "a starting one and no producer"
        ),
        (
            [.init(.starting, isDriven: false, isDue: false, count: 1, firstStart: 1, examples: [4])], 0, [], [],
            "asked for a moment ago"
        ),
        (
            [.init(.scheduled, isDriven: false, isDue: false, count: 2, firstStart: 0, examples: [5, 6])], 0, [],
            ["2 campaigns, 5, 6: scheduled, the first one at 1970-01-01T00:00:00Z"], "no alarm until it is due"
        ),
        (
            [.init(.scheduled, isDriven: false, isDue: true, count: 1, firstStart: 0, examples: [5])], 1,
            ["campaign 5: to be started by now"], [], "its time has come, and no producer"
        ),
        (
            [
                .init(.paused, isDriven: false, count: 1, examples: [7]),
                .init(.cancelling, isDriven: false, count: 9, examples: [1, 2, 3, 4, 5]),
            ], 0, ["9 campaigns, 1, 2, 3, 4, 5, …: under way"], [], "a paused one waits for a person"
        ),
    ]

    @Test(arguments: table)
    func `a campaign that waits for a program is a problem`(row: Row) {
        let findings = Finding.campaigns(row.ways, workersAlive: row.workers)
        let problems = findings.filter { $0.verdict == .problem }.map(\.text)
        #expect(problems.count == row.problems.count, row.because)
        for (text, words) in zip(problems, row.problems) { #expect(text.hasPrefix(words), row.because) }
        let notes = findings.filter { $0.verdict == .note }.map(\.text)
        #expect(notes == row.notes, row.because)
        #expect(findings.contains { $0.verdict == .ok } == row.problems.isEmpty, row.because)
    }

    @Test func `a lane that no living worker serves is a problem while a campaign runs`() {
        let running = [CampaignsUnderWay(.running, isDriven: true, count: 1, examples: [1])]
        func lanes(_ ways: [CampaignsUnderWay], workers: Int64) -> Finding? {
            Finding.campaigns(ways, workersAlive: workers, unservedLanes: ["gmail"]).first {
                $0.text.contains("lane gmail")
            }
        }
        #expect(lanes(running, workers: 2)?.verdict == .problem)
        #expect(lanes([], workers: 2)?.verdict == .note, "nothing waits")
        #expect(lanes(running, workers: 0) == nil, "that no worker is alive says more")
    }

    @Test(.enabled(if: PrivateDatabase.isAvailable))
    func `doctor exits with 69 over a campaign without its programs`() async throws {
        try await Tool.with { tool in
            let well = await tool.run("doctor", "--json")
            #expect(well.output.contains(#""part":"campaigns","verdict":"ok""#), "\(well.output)")
            _ = try await tool.sql(
                """
                INSERT INTO campaigns (account_id, list_id, name, state, start_at, lease_until)
                VALUES (1, 1, 'running', 2, now(), now() + interval '1 hour'),
                       (1, 1, 'starting', 1, now() - interval '1 minute', '-infinity'),
                       (1, 1, 'scheduled', 7, now() + interval '1 hour', '-infinity') RETURNING '1'
                """
            )
            let doctor = await tool.run("doctor")
            #expect(doctor.status == 69)
            #expect(
                doctor.output.contains("PROBLEM  campaigns     campaign 2: to be started by now"),
                "\(doctor.output)"
            )
            #expect(doctor.output.contains("PROBLEM  campaigns     campaign 1: running, and no worker is alive"))
            #expect(doctor.output.contains("note     campaigns     campaign 3: scheduled"))
        }
    }
}
