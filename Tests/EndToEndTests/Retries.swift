import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct Retries {
        @Test func `every reply has the end that it should have`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(60) { number in
                    let kind = [
                        "defer-once-450-4.2.1", "reject-550-5.1.1", "defer-451-4.7.1", "dot-554-5.7.1", "user",
                        "once-hangup-data",
                    ]
                    return "\(kind[number % 6])+\(number)@example.net"
                }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker(["VEREDUS_RETRY_ATTEMPTS": "3"])
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 30)
                #expect(totals[.failed] == 30)
                try await stage.expectTruth(of: campaign)

                for number in stride(from: 6, through: 60, by: 6) {
                    let address = "defer-once-450-4.2.1+\(number)@example.net"
                    #expect(stage.simulator.attempts(of: address) == 2)
                    let stubborn = "defer-451-4.7.1+\(number - 4)@example.net"
                    #expect(stage.simulator.attempts(of: stubborn) == 3, "given up after three attempts")
                }
                let counts = """
                    SELECT count(*) FROM deliveries d JOIN contacts c USING (contact_id)
                    WHERE (c.address LIKE 'reject-%') = (d.reason = 1) AND (c.address LIKE 'defer-451%') = (d.reason = 3)
                      AND (c.address LIKE 'dot-554%') = (d.reason = 2)
                      AND (d.state = 3) = (d.reason = 0)
                    """
                #expect(try await stage.number(counts) == 60)
                let words = """
                    SELECT count(*) FROM replies r JOIN deliveries d USING (campaign_id, seq) JOIN contacts c USING (contact_id)
                    WHERE c.address LIKE 'reject-550%' AND r.code = 550 AND r.reply LIKE '5.1.1 %'
                       OR c.address LIKE 'dot-554%' AND r.code = 554 AND r.step = 8
                       OR c.address LIKE 'defer-%' AND r.code IN (450, 451)
                    """
                #expect(try await stage.number(words) == 10 + 10 + 10 + 30)
                let ids = Set(stage.simulator.accepted.compactMap(\.messageID))
                #expect(ids.count == 30)
            }
        }

        @Test func `a second attempt bears the Message-ID of the first`() async throws {
            try await Stage.with { stage in
                // Stored, and then no reply: the second attempt is a second copy.
                try await stage.addContacts(10) { "once-forget-dot+\($0)@example.net" }
                let campaign = try await stage.startCampaign(policy: .atLeastOnce)
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 10)
                let summary = stage.simulator.summary
                #expect(summary.accepted == 20)
                #expect(summary.distinct == 10, "I12")
            }
        }

        @Test func `at most once, a message whose reply was lost is uncertain and never sent again`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(10) { "forget-dot+\($0)@example.net" }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.uncertain] == 10)
                #expect(stage.simulator.summary.accepted == 10)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
