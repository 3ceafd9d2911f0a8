import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct WholeCampaign {
        /// Nobody listens there.
        private static let proxy = "http://127.0.0.1:1"

        @Test func `each recipient gets one message, and the database says so`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(1_000)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                // Proxies in the environment are for browsers.
                _ = try stage.startWorker(["all_proxy": Self.proxy, "ALL_PROXY": Self.proxy, "smtp_proxy": Self.proxy])
                let totals = try await stage.wait(for: campaign)
                #expect(totals.state == .finished)
                #expect(totals[.accepted] == 1_000)
                #expect(stage.simulator.summary.violations == [:])
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
