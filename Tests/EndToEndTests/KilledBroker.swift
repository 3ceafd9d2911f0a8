import Core
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    @Suite struct KilledBroker {
        private static let recipients = 2_000

        /// Confirms are lost, and jobs that were acknowledged may come back: the claim absorbs them.
        @Test func `a broker that is killed and comes back with its queues doubles nobody`() async throws {
            let broker = try PrivateBroker()
            try await broker.start()
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail, on: .init(broker: broker)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let programs = [try stage.startProducer(), try stage.startWorker()]
                try await stage.simulator.waitForAccepted(count: Self.recipients / 3)
                broker.kill()
                try await broker.start()
                let before = try await stage.totals(campaign)[.accepted]
                try await stage.wait(for: campaign, within: .seconds(30)) { $0[.accepted] > before }
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == Self.recipients)
                #expect(programs.allSatisfy { $0.isRunning }, "nobody had to start them again")
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
