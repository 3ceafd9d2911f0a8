import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct KilledWorker {
        private static let recipients = 2_000
        private static let connections = 10
        private static let kills = 4

        @Test(arguments: DeliveryPolicy.allCases)
        func `a worker that is killed again and again forgets nobody and, at most once, mails nobody twice`(
            policy: DeliveryPolicy
        ) async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign(policy: policy)
                _ = try stage.startProducer()
                for kill in 1...Self.kills {
                    let worker = try stage.startWorker(connections: Self.connections, Stage.shortLease)
                    try await stage.simulator.waitForAccepted(count: kill * Self.recipients / (Self.kills + 2))
                    worker.crash()
                }
                _ = try stage.startWorker(connections: Self.connections, Stage.shortLease)
                let totals = try await stage.wait(for: campaign)
                #expect(totals.state == .finished)
                #expect(
                    totals[.accepted] + totals[.uncertain] == Self.recipients,
                    "nobody is dead or failed for a crash"
                )
                let summary = stage.simulator.summary
                switch policy {
                case .atMostOnce:
                    try await stage.expectTruth(of: campaign)
                    #expect(totals[.uncertain] <= Self.kills * (2 * Self.connections + 64), "I6")
                    #expect(summary.accepted == summary.distinct)
                case .atLeastOnce:
                    try await stage.expectTruth(of: campaign, copies: 1 + Self.kills)
                    #expect(totals[.uncertain] == 0)
                    #expect(summary.distinct == Self.recipients, "I4, I12: the copies bear the same Message-ID")
                }
            }
        }
    }
}
