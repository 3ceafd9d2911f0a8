import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// A campaign that waits for its time.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct ScheduledTests {
    /// A campaign that starts in that many seconds; below 0 it is made so afterwards.
    private static func schedule(_ totals: Totals, in seconds: Double = 3_600) async throws -> CampaignID {
        let id = try await totals.admin.createCampaign(.test, account: Totals.account, list: Totals.list)
        let now = try await totals.number("SELECT extract(epoch FROM now())::int8")
        try await totals.admin.start(id, account: Totals.account, at: Double(now) + max(3_600, seconds))
        try await move(totals, to: seconds)
        return id
    }

    private static func move(_ totals: Totals, to seconds: Double) async throws {
        try await totals.superuser.execute("UPDATE campaigns SET start_at = now() + interval '\(seconds) seconds'")
    }

    private static func state(_ totals: Totals) async throws -> CampaignState? {
        CampaignState(rawValue: Int16(try await totals.number("SELECT state::int8 FROM campaigns")))
    }

    static let times: [(seconds: Double, state: CampaignState, isTaken: Bool, isMissed: Bool, because: Comment)] = [
        (60, .scheduled, false, false, "its time has not come"),
        (-1, .starting, true, false, "it is due"),
        (-3_000, .starting, true, false, "late, but within the grace"),
        (-4_000, .scheduled, false, true, "too late: whoever scheduled it has to ask again"),
    ]

    @Test(arguments: times)
    func `a producer starts what is due and leaves alone what is not`(
        row: (seconds: Double, state: CampaignState, isTaken: Bool, isMissed: Bool, because: Comment)
    ) async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await Self.schedule(totals, in: row.seconds)
            try await totals.producer().lease(seconds: 60)
            #expect(try await Self.state(totals) == row.state, row.because)
            #expect(
                try await totals.producer().leased().map(\.campaign) == (row.isTaken ? [campaign] : []),
                row.because
            )
            let missed = try await totals.producer().missedStarts(startGrace: 3_600)
            #expect(missed == (row.isMissed ? [campaign] : []), row.because)
            let report = try #require(try await totals.admin.report(on: campaign, account: Totals.account))
            #expect(report.hasMissedItsStart == row.isMissed, row.because)
            let frozen = try await totals.freezer().freeze(campaign) { _ in [] }
            #expect((frozen != nil) == row.isTaken, row.because)
        }
    }

    @Test func `what waits can be changed, taken back and given another time`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await Self.schedule(totals)
            let update = try await totals.admin.updateCampaign(
                campaign,
                .test,
                account: Totals.account,
                in: .scheduled
            )
            #expect(update == 2)
            #expect(try await Self.state(totals) == .scheduled, "it keeps its time")
            try await totals.admin.ask(.unschedule, of: campaign, account: Totals.account)
            #expect(try await Self.state(totals) == .draft)
            #expect(try await totals.number("SELECT count(*) FROM campaigns WHERE start_at IS NULL") == 1)
            let late = try await totals.admin.updateCampaign(
                campaign,
                .test,
                account: Totals.account,
                in: .scheduled
            )
            #expect(late == nil, "it was looked at in another state")
            try await totals.admin.start(campaign, account: Totals.account, at: nil)
            #expect(try await Self.state(totals) == .starting)
            let now = try await totals.number("SELECT extract(epoch FROM now())::int8")
            try await totals.admin.start(campaign, account: Totals.account, at: Double(now) + 60)
            #expect(try await Self.state(totals) == .scheduled, "not frozen yet: it may wait again")
            try await totals.admin.start(campaign, account: Totals.account, at: Double(now) - 10)
            #expect(try await Self.state(totals) == .starting, "a moment ago is now")
        }
    }

    @Test func `one that was given another time after a producer took it starts at that time with any producer`()
        async throws
    {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await Self.schedule(totals, in: -1)
            try await totals.producer(token: 7).lease(seconds: 60)
            let now = try await totals.number("SELECT extract(epoch FROM now())::int8")
            try await totals.admin.start(campaign, account: Totals.account, at: Double(now) + 3_600)
            #expect(try await totals.producer(token: 7).leased().isEmpty, "nobody drives it now")
            #expect(try await totals.freezer().freeze(campaign) { _ in [] } == nil)
            try await Self.move(totals, to: -1)
            try await totals.producer(token: 8).lease(seconds: 60)
            #expect(try await totals.producer(token: 8).leased().map(\.campaign) == [campaign])
        }
    }

    @Test func `what is frozen is not made a draft again`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let campaign = try await totals.run()
            let refused = RequestRefused(campaign: campaign, request: .unschedule, why: .state(.running))
            await #expect(throws: refused) {
                try await totals.admin.ask(.unschedule, of: campaign, account: Totals.account)
            }
        }
    }

    @Test func `a restored database sends nothing by itself: what was to start is a draft again`() async throws {
        try await Totals.with(contacts: 2) { totals in
            let scheduled = try await Self.schedule(totals)
            let starting = try await totals.start()
            let held = try await totals.admin.holdCampaigns(of: Totals.account, reason: "restored")
            #expect(held == [scheduled, starting])
            #expect(
                try await totals.number(
                    "SELECT count(*) FROM campaigns WHERE state = \(CampaignState.draft.rawValue) AND start_at IS NULL"
                ) == 2
            )
        }
    }

    @Test func `doctor learns how campaigns stand, of all accounts together`() async throws {
        try await Totals.with(contacts: 2) { totals in
            _ = try await Self.schedule(totals)
            _ = try await totals.start()
            _ = try await totals.run()
            var ways = try await totals.admin.health().campaigns
            func count(_ state: CampaignState, isDriven: Bool, isDue: Bool) -> Int64 {
                ways.filter { $0.state == state && $0.isDriven == isDriven && $0.isDue == isDue }
                    .reduce(0) { $0 + $1.count }
            }
            #expect(count(.scheduled, isDriven: false, isDue: false) == 1)
            #expect(count(.starting, isDriven: true, isDue: false) == 1)
            #expect(count(.running, isDriven: true, isDue: false) == 1)
            try await totals.superuser.execute(
                "UPDATE campaigns SET start_at = now() - interval '10 seconds', lease_until = now() - interval '10 seconds'"
            )
            ways = try await totals.admin.health().campaigns
            #expect(count(.scheduled, isDriven: false, isDue: true) == 1)
            #expect(count(.starting, isDriven: false, isDue: true) == 1)
            #expect(count(.running, isDriven: false, isDue: false) == 1)
        }
    }

    @Test func `an upgrade moves the campaigns that wait, and no other`() async throws {
        try await Totals.with(contacts: 2) { totals in
            for _ in 1...3 { _ = try await totals.admin.createCampaign(.test, account: 1, list: 1) }
            // As they stood before the state was there.
            try await totals.superuser.execute(
                """
                UPDATE campaigns SET state = \(CampaignState.starting.rawValue), start_at = now() + (campaign_id - 2) * interval '1 hour'
                WHERE campaign_id IN (1, 3);
                """
            )
            let migration = try #require(Migration.all.first { $0.name == "scheduled" })
            let text = String(decoding: migration.sql, as: UTF8.self)
            let move = try #require(text.split(separator: "\n").first { $0.hasPrefix("UPDATE campaigns") })
            try await totals.superuser.execute(String(move))
            let states = try await totals.superuser.rows(
                Statement("states", "SELECT state FROM campaigns ORDER BY campaign_id")
            ) { CampaignState(rawValue: try $0.int16(0)) }
            #expect(states == [.starting, .draft, .scheduled])
        }
    }
}
