import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct RetriesWithoutWorkers {
        @Test func `retries that are all due at once wait in the database, not in the broker`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(4_000) { "defer-once-450+\($0)@example.net" }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker(["VEREDUS_RETRY_FIRST": "600"])
                try await stage.wait(for: campaign) { $0[.deferred] == 4_000 }
                worker.send(SIGTERM)
                #expect(try await worker.exit(within: .seconds(10)) == .exit(0))
                try await stage.execute("UPDATE retries SET due = now(), publish_at = now()")
                let published = "SELECT count(*) FROM retries WHERE publish_at > now()"
                try await stage.wait { try await stage.number(published) > 0 }
                try await stage.producerLooks(20)  // in which nothing more may be published
                #expect(try await stage.number(published) <= 1_500, "a window and what one look publishes")
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 4_000)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
