import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct KilledInMidFreeze {
        private static let recipients = 20_000
        /// About a tenth of what the statement writes.
        private static let pagesPerKill = 50
        private static let pages = """
            SELECT sum(pg_relation_size(relid))::int8 / 8192 FROM pg_partition_tree('deliveries') WHERE isleaf
            """

        @Test func `a producer that is killed again and again while it freezes leaves one row for each recipient`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                for kill in 0..<10 {
                    let producer = try stage.startProducer()
                    let leased = "SELECT count(*) FROM campaigns WHERE lease_until > now()"
                    try await stage.wait { try await stage.number(leased) == 1 }
                    // A little later each time, so that kills fall before, into and behind the long statement: its rows
                    // cannot be seen yet, but the pages that it fills.
                    let begun = try await stage.number(Self.pages)
                    try await eventually("the freeze has got to where it is killed", every: .milliseconds(1)) {
                        if kill < 9 {
                            let pages = try await stage.number(Self.pages)
                            if pages >= begun + kill * Self.pagesPerKill { return true }
                        }
                        return try await stage.number("SELECT count(*) FROM deliveries") == Self.recipients
                    }
                    producer.crash()
                    try await stage.endLeases()
                    let rows = try await stage.number("SELECT count(*) FROM deliveries")
                    #expect([0, Self.recipients].contains(rows), "all of them or none")
                }
                _ = try stage.startProducer()
                let totals = try await stage.wait(for: campaign) { $0.state == .running }
                #expect(totals.audience == Self.recipients)
                #expect(totals[.pending] == Self.recipients)
                #expect(try await stage.number("SELECT count(DISTINCT contact_id) FROM deliveries") == Self.recipients)
                #expect(try await stage.number("SELECT max(seq)::int8 FROM deliveries") == Self.recipients)
                try await stage.ask(.cancel, of: campaign)
                #expect(try await stage.wait(for: campaign)[.cancelled] == Self.recipients)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
