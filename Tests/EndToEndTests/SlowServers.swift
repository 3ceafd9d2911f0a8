import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct SlowServers {
        @Test func `slow replies and tarpits keep their own connections, and the others go on`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(600) { number in
                    switch number {
                    case ...3: "delay-dot-4000+\(number)@example.net"
                    case ...6: "tarpit-40+\(number)@example.net"
                    default: "user\(number)@example.net"
                    }
                }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker(connections: 10)
                let quick = try await stage.wait(for: campaign, within: .seconds(15)) { $0[.accepted] >= 594 }
                #expect(quick[.sending] > 0, "the slow ones are still waiting")
                let totals = try await stage.wait(for: campaign, within: .seconds(20))
                #expect(totals[.accepted] == 600, "slow is not lost")
                #expect(stage.simulator.summary.accepted == 600)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
