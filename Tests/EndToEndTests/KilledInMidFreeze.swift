import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct KilledInMidFreeze {
        private static let recipients = 20_000

        @Test func `a producer that is killed again and again while it freezes leaves one row for each recipient`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                for kill in 1...10 {
                    let producer = try stage.startProducer()
                    let leased = "SELECT count(*) FROM campaigns WHERE lease_until > now()"
                    try await stage.wait { try await stage.number(leased) == 1 }
                    // A little later each time, so that kills fall before, into and behind the long statement.
                    try await Task.sleep(for: .milliseconds(40 * kill))
                    producer.crash()
                    try await stage.endLeases()
                    let rows = try await stage.number("SELECT count(*) FROM deliveries")
                    #expect([0, Self.recipients].contains(rows), "all of them or none")
                }
                _ = try stage.startProducer()
                let books = try await stage.wait(for: campaign) { $0.state == .running }
                #expect(books.audience == Self.recipients)
                #expect(books[.pending] == Self.recipients)
                #expect(try await stage.number("SELECT count(DISTINCT contact_id) FROM deliveries") == Self.recipients)
                #expect(try await stage.number("SELECT max(seq)::int8 FROM deliveries") == Self.recipients)
                try await stage.ask(.cancel, of: campaign)
                #expect(try await stage.wait(for: campaign)[.cancelled] == Self.recipients)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
