import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    /// What a network can do to a connection to the mail world, before and after the final dot.
    @Suite struct LostReplies {
        private static let recipients = 600

        @Test(arguments: DeliveryPolicy.allCases)
        func `a reply to the dot that is lost on its way leaves a message unknown, by policy`(policy: DeliveryPolicy)
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(Self.recipients)
                let proxy = try await FaultProxy.start(port: stage.simulator.port)
                let campaign = try await stage.startCampaign(policy: policy)
                _ = try stage.startProducer()
                _ = try stage.startWorker(stage.mail(through: proxy))
                try await stage.simulator.waitForAccepted(count: 100)
                try await proxy.set(.loseReply(to: Array("\r\n.\r\n".utf8)))
                try await stage.simulator.waitForAccepted(count: 150)
                try await proxy.set(.passOn)
                let totals = try await stage.wait(for: campaign)
                let copies = stage.simulator.summary
                #expect(totals[.accepted] + totals[.uncertain] == Self.recipients)
                switch policy {
                case .atMostOnce:
                    #expect(totals[.uncertain] >= 10)
                    #expect(
                        copies.accepted == Self.recipients,
                        "each one that is uncertain has got a message, and no more"
                    )
                    try await stage.expectTruth(of: campaign)
                case .atLeastOnce:
                    #expect(totals[.uncertain] == 0)
                    #expect(copies.repeated >= 10)
                    #expect(copies.distinct == Self.recipients, "I4, I12")
                    try await stage.expectTruth(of: campaign, copies: 12)
                }
                try await proxy.stop()
            }
        }

        @Test(arguments: DeliveryPolicy.allCases)
        func `a connection that ends before the dot has arrived doubles nobody`(policy: DeliveryPolicy) async throws {
            try await Stage.with { stage in
                try await stage.addContacts(Self.recipients)
                let proxy = try await FaultProxy.start(port: stage.simulator.port)
                let campaign = try await stage.startCampaign(policy: policy)
                _ = try stage.startProducer()
                _ = try stage.startWorker(stage.mail(through: proxy))
                let cuts: [FaultProxy.Fault] = [
                    .cut(afterBytes: 20, .toServer), .reset(afterBytes: 300, .toServer),
                    .cut(afterBytes: 900, .toServer),
                ]
                for (number, cut) in cuts.enumerated() {
                    try await stage.simulator.waitForAccepted(count: (number + 1) * 100)
                    let before = proxy.connections
                    try await proxy.set(cut)
                    try await stage.wait { proxy.connections >= before + 3 }
                    try await proxy.set(.passOn)
                }
                let totals = try await stage.wait(for: campaign)
                #expect(stage.simulator.summary.accepted == totals[.accepted], "the other side never saw the dot")
                #expect(totals[.accepted] + totals[.uncertain] == Self.recipients)
                // What was cut behind a dot that had left already is unknown: one message a connection.
                #expect(totals[.uncertain] <= (policy == .atMostOnce ? proxy.connections : 0))
                try await stage.expectTruth(of: campaign)
                try await proxy.stop()
            }
        }
    }
}
