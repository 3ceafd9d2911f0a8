import Core
import TestKit
import Testing

extension Scenarios {
    /// A message that cannot be made for most recipients is a slow disaster, unless it stops by itself.
    @Suite struct BrokenMessages {
        private static let recipients = 3_000
        private static let good = 50

        @Test func `a campaign that makes too many dead letters pauses by itself, and goes on when it is told to`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(Self.recipients)
                try await stage.execute("UPDATE contacts SET attributes = '{}' WHERE contact_id > \(Self.good)")
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let stopped = try await stage.wait(for: campaign) { $0.state == .paused }
                #expect(stopped[.dead] >= 100)
                #expect(stopped[.pending] > 0, "before all was dead")
                let report = try await stage.tool("campaign", "report", "\(campaign)")
                #expect(report.output.contains("paused automatically"))
                #expect(report.output.contains("veredus dead-letters list --campaign \(campaign)"))
                #expect(try await stage.number("SELECT count(*) FROM audit WHERE actor = 'producer'") == 1)

                // The operator mends the contacts and lets it go on: what was dead before does not stop it again.
                try await stage.execute(
                    "UPDATE contacts SET attributes = jsonb_build_object('name', 'Nr.'), version = version + 1"
                )
                try await stage.expectTool("campaign", "resume", "\(campaign)")
                let totals = try await stage.wait(for: campaign)
                #expect(totals.state == .finished)
                #expect(totals[.accepted] + totals[.dead] == Self.recipients)
                #expect(try await stage.number("SELECT count(*) FROM audit WHERE actor = 'producer'") == 1)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
