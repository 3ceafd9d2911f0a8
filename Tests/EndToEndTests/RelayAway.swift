import MailSimulator
import Shared
import TestKit
import Testing

extension Scenarios {
    @Suite struct RelayAway {
        private static let recipients = 1_000

        @Test func `while the relay is away nobody's attempts are used up, and afterwards everybody gets a letter`()
            async throws
        {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let relay = try await FaultProxy.start(port: stage.simulator.port)
                let campaign = try await stage.startCampaign(policy: .atLeastOnce)
                _ = try stage.startProducer()
                let two = ["VEREDUS_RETRY_ATTEMPTS": "2"]
                _ = try stage.startWorker(stage.mail(through: relay).merging(two) { $1 })
                try await stage.simulator.waitForAccepted(count: 200)
                try await relay.set(.refuse)
                relay.endConnections(byReset: true)
                // Longer than two attempts and the wait between them would take.
                try await Task.sleep(for: .seconds(4))
                let away = try await stage.books(campaign)
                #expect(away[.accepted] < Self.recipients)
                #expect(away[.failed] == 0)
                try await relay.set(.passOn)
                let books = try await stage.wait(for: campaign, within: .seconds(40))
                #expect(books[.accepted] == Self.recipients)
                #expect(try await stage.number("SELECT max(attempt)::int8 FROM deliveries") <= 2)
                #expect(stage.simulator.summary.distinct == Self.recipients)
                try await stage.expectTruth(of: campaign, copies: 2)
                try await relay.stop()
            }
        }
    }
}
