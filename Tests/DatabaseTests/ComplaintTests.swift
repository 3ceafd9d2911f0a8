import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Too many complaints pause an account's marketing.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(2)))
struct ComplaintTests {
    private static func complain(_ totals: Totals, _ campaign: CampaignID, _ seqs: ClosedRange<Seq>) async throws {
        for seq in seqs {
            try await totals.settle(
                MailReport(.complaint(.abuse)),
                from: .bounce(DeliveryKey(campaign: campaign, seq: seq), attempt: 1),
                mail: Int64(campaign) * 1_000 + Int64(seq)
            )
        }
    }

    /// A campaign that has sent 10 of 20 messages and goes on.
    private static func running(_ totals: Totals, kind: CampaignKind = .marketing) async throws -> CampaignID {
        let campaign = try await totals.run(kind: kind)
        try await totals.accept(campaign, Array(1...10))
        return campaign
    }

    private static func held(_ totals: Totals, _ campaign: CampaignID) async throws -> String {
        try await totals.superuser.rows(
            Statement("held-because", "SELECT held_because FROM campaigns WHERE campaign_id = $1"),
            [.int32(campaign)]
        ) { try $0.text(0) }[0]
    }

    @Test func `a campaign that too many complain about pauses by itself, and says why`() async throws {
        try await Totals.with(contacts: 20) { totals in
            let campaign = try await Self.running(totals)
            try await Self.complain(totals, campaign, 1...4)
            #expect(try await totals.producer().holdComplainedCampaigns() == [], "four of ten, but four are not five")
            try await Self.complain(totals, campaign, 5...5)
            #expect(try await totals.producer(token: 8).holdComplainedCampaigns() == [], "another one drives it")
            #expect(try await totals.producer().holdComplainedCampaigns() == [campaign])
            #expect(
                try await Self.held(totals, campaign) == "5 complaints about this campaign, of 10 accepted: too many"
            )
            #expect(try await totals.number("SELECT state::int8 FROM campaigns") == 3)
            #expect(try await totals.number("SELECT count(*) FROM audit WHERE action = 'campaign.pause'") == 1)
        }
    }

    @Test func `who resumes it has seen the complaints there were`() async throws {
        try await Totals.with(contacts: 20) { totals in
            let campaign = try await Self.running(totals)
            try await Self.complain(totals, campaign, 1...5)
            #expect(try await totals.producer().holdComplainedCampaigns() == [campaign])
            try await totals.admin.ask(.resume, of: campaign, account: Totals.account)
            #expect(try await totals.producer().holdComplainedCampaigns() == [])
            try await Self.complain(totals, campaign, 6...9)
            #expect(try await totals.producer().holdComplainedCampaigns() == [], "four more are not five")
            try await Self.complain(totals, campaign, 10...10)
            #expect(try await totals.producer().holdComplainedCampaigns() == [campaign])
        }
    }

    @Test func `complaints about one campaign pause the account's others, and no transactional one`() async throws {
        try await Totals.with(contacts: 20) { totals in
            let first = try await Self.running(totals)
            try await Self.complain(totals, first, 1...5)
            let second = try await totals.run()
            let receipts = try await totals.run(kind: .transactional)
            #expect(try await Set(totals.producer().holdComplainedCampaigns()) == [first, second])
            #expect(try await Self.held(totals, second).contains("the account's messages of 30 days"))
            #expect(try await Self.held(totals, receipts) == "")
        }
    }

    @Test func `few complaints among many messages pause nothing`() async throws {
        try await Totals.with(contacts: 20) { totals in
            let campaign = try await Self.running(totals)
            try await totals.superuser.execute("UPDATE counters SET accepted = accepted + 2000 WHERE writer <> 0")
            try await Self.complain(totals, campaign, 1...6)
            #expect(try await totals.producer().holdComplainedCampaigns() == [], "6 of 2,010 are less than 0.3 %")
            try await Self.complain(totals, campaign, 7...7)
            #expect(try await totals.producer().holdComplainedCampaigns() == [campaign])
        }
    }
}
