import Broker
import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct DeadLetters {
        @Test func `what cannot be read is put aside with its reason, and the rest goes on`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(50)
                _ = try stage.startWorker(["VEREDUS_TOO_NEW_GRACE": "1"])
                _ = try stage.startProducer()
                var broker = try BrokerSettings(parsing: stage.brokerURL, caFile: nil)
                broker.queueType = .classic
                let publisher = try AMQPPublisher(broker)
                try await publisher.declare(["jobs.default"])
                let bodies = ["not an envelope", "v9 from the future", "v1 0 0 0", "v1 999 1 1"].map { Array($0.utf8) }
                #expect(try await publisher.publish(bodies, to: "jobs.default").allSatisfy { $0 == .confirmed })
                let campaign = try await stage.startCampaign()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 50)
                try await stage.wait { try await stage.number("SELECT count(*) FROM dead_letters") == 3 }
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE reason = 0") == 2)
                let tooNew = """
                    SELECT count(*) FROM dead_letters WHERE reason = 1 AND detail LIKE '%version 9%'
                        AND envelope = 'v9 from the future'
                    """
                #expect(try await stage.number(tooNew) == 1)
                try await stage.wait { try await publisher.depth(of: "dead-letters") == 3 }
                #expect(try await publisher.depth(of: "jobs.default") == 0, "a job of no campaign is acknowledged")
                await publisher.close()
            }
        }

        @Test func `who cannot be written to is dead with the reason, and the others get their messages`() async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(20)
                try await stage.execute("UPDATE contacts SET attributes = '{}' WHERE contact_id % 4 = 0")
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 15)
                #expect(totals[.dead] == 5)
                #expect(try await stage.number("SELECT count(*) FROM dead_letters WHERE detail LIKE '%name%'") == 5)
                #expect(try await stage.number("SELECT count(*) FROM deliveries WHERE state = 9 AND reason = 4") == 5)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
