import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct LostAcknowledgements {
        private static let recipients = 1_500

        @Test func `jobs whose acknowledgements were lost come again, and nobody gets a second message`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let proxy = try await stage.detourToBroker()
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker(stage.broker(through: proxy))
                for loss in 1...3 {
                    try await stage.simulator.waitForAccepted(count: loss * Self.recipients / 5)
                    let before = proxy.connections
                    // The next acknowledgement is swallowed, and its connection ends.
                    try await proxy.set(.cut(afterBytes: 0, .toServer))
                    try await stage.wait { proxy.connections > before }
                    try await proxy.set(.passOn)
                }
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == Self.recipients)
                #expect(worker.isRunning)
                try await stage.expectTruth(of: campaign)
                try await proxy.stop()
            }
        }
    }
}
