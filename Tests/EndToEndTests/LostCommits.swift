import Core
import DatabaseClient
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct LostCommits {
        private static let recipients = 1_500

        /// A mark that is in doubt is put back, a result that is in doubt is recorded again: both name their token.
        @Test(arguments: DeliveryPolicy.allCases)
        func `a worker that does not hear whether its COMMIT was carried out sends nobody a second message`(
            policy: DeliveryPolicy
        ) async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let proxy = try await stage.detourToDatabase()
                let campaign = try await stage.startCampaign(policy: policy)
                _ = try stage.startProducer()
                let worker = try stage.startWorker(stage.database(through: proxy, as: .worker))
                for loss in 1...6 {
                    try await stage.simulator.waitForAccepted(count: loss * Self.recipients / 8)
                    let before = proxy.connections
                    try await proxy.set(.loseReply(to: Array("commit#".utf8)))
                    try await stage.wait { proxy.connections > before }
                    try await proxy.set(.passOn)
                }
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == Self.recipients, "every doubt was settled")
                #expect(stage.simulator.summary.accepted == Self.recipients)
                #expect(worker.isRunning)
                #expect(try await stage.number("SELECT count(*) FROM claims") == 0)
                try await stage.expectTruth(of: campaign)
                try await proxy.stop()
            }
        }
    }
}
