import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct PausedAndCancelled {
        @Test func `a pause holds messages back at once, a resume sends them all`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail) { stage in
                // Some come back in the middle of the pause.
                try await stage.addContacts(1_000) {
                    $0 % 10 == 0 ? "defer-once-450+\($0)@example.net" : "user\($0)@example.net"
                }
                let campaign = try await stage.startCampaign()
                // Nothing is taken for lost: the resume itself has to publish anew.
                _ = try stage.startProducer(["VEREDUS_LOST_AFTER": "600"])
                _ = try stage.startWorker()
                try await stage.simulator.waitForAccepted(count: 300)
                try await stage.ask(.pause, of: campaign)
                // No claim commits any more: what is being sent now is the last.
                let paused = try await stage.wait(for: campaign) { $0[.sending] == 0 }
                #expect(paused.state == .paused)
                try await stage.producerLooks(5)  // in which nothing may happen
                #expect(try await stage.totals(campaign) == paused)
                #expect(stage.simulator.summary.accepted == paused[.accepted])
                try await stage.ask(.resume, of: campaign)
                let totals = try await stage.wait(for: campaign, within: .seconds(20))
                #expect(totals[.accepted] == 1_000)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a cancel ends what has not been sent`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(1_000) {
                    $0 % 10 == 0 ? "defer-450+\($0)@example.net" : "user\($0)@example.net"
                }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker(["VEREDUS_RETRY_FIRST": "60"])
                try await stage.simulator.waitForAccepted(count: 300)
                try await stage.ask(.cancel, of: campaign)
                let totals = try await stage.wait(for: campaign, within: .seconds(10))
                #expect(totals.state == .cancelled)
                #expect(totals[.accepted] >= 300)
                #expect(totals[.accepted] + totals[.cancelled] == 1_000)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a campaign whose lifetime is over sends nothing more`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(20)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(2_000)
                let campaign = try await stage.startCampaign(lifetime: "2 seconds")
                _ = try stage.startProducer()
                _ = try stage.startWorker(connections: 4)
                let totals = try await stage.wait(for: campaign)
                #expect(totals.state == .finished)
                #expect(totals[.accepted] > 0)
                #expect(totals[.expired] > 0)
                #expect(totals[.accepted] + totals[.expired] == 2_000)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a paused campaign whose lifetime is over ends too`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(300) { "defer-450+\($0)@example.net" }
                let campaign = try await stage.startCampaign(lifetime: "3 seconds")
                _ = try stage.startProducer()
                _ = try stage.startWorker(["VEREDUS_RETRY_FIRST": "60"])
                try await stage.wait(for: campaign) { $0[.deferred] > 0 }
                try await stage.ask(.pause, of: campaign)
                let totals = try await stage.wait(for: campaign, within: .seconds(15))
                #expect(totals.state == .finished)
                #expect(totals[.expired] == 300)
            }
        }

        @Test func `a campaign does not begin before its time`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(100)
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let campaign = try await stage.startCampaign(in: .seconds(4))
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 100)
                let tooEarly = """
                    SELECT count(*) FROM campaigns c WHERE c.started_at < c.start_at OR c.started_at > c.start_at + interval '3 seconds'
                        OR EXISTS (SELECT FROM deliveries d WHERE d.changed_at < c.start_at)
                    """
                #expect(try await stage.number(tooEarly) == 0)
            }
        }
    }
}
