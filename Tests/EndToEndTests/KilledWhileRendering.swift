import Core
import DatabaseClient
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    /// A message that no worker survives: it takes so long, or so much memory, that each one is killed for it.
    @Suite struct KilledWhileRendering {
        @Test func `a recipient whose message ends its worker is put aside alone, and the others get theirs`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(60)
                let campaign = try await stage.startCampaign()
                // Nothing is taken for lost: the jobs come back from the broker itself.
                _ = try stage.startProducer(["VEREDUS_LOST_AFTER": "600"])
                let published = "SELECT count(*) FROM campaign_lanes WHERE cursor = 60"
                try await stage.wait { try await stage.number(published) == 1 }
                // Whoever prepares a message now stands still.
                let lock = try await stage.database.connect()
                try await lock.execute("BEGIN; LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
                // The first time they are counted together, then each alone: until one has been there twice.
                let suspected = "SELECT count(*) FROM deliveries WHERE suspect = 2"
                let standing = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'contacts'::regclass"
                var crashes = 0
                while try await stage.number(suspected) == 0 {
                    let worker = try stage.startWorker(Stage.shortLease)
                    // The server does not notice that a client is dead that waits for a lock.
                    try await stage.wait { try await stage.number(standing) == crashes + 1 }
                    worker.crash()
                    crashes += 1
                    try #require(crashes < 12)
                }
                #expect(crashes >= 3)
                try await lock.execute("COMMIT")
                await lock.close()
                _ = try stage.startWorker(Stage.shortLease)
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.dead] == 1)
                #expect(totals[.accepted] == 59)
                let poison = "SELECT count(*) FROM dead_letters WHERE detail LIKE '%while rendering it, 3 times'"
                #expect(try await stage.number(poison) == 1)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
