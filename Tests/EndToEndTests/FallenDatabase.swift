import Core
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    @Suite struct FallenDatabase {
        private static let recipients = 1_500

        @Test func `a campaign goes on by itself after the database has crashed, and after a long outage`() async throws
        {
            let cluster = try await PostgresCluster.start()
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail, on: .init(cluster: cluster)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let programs = [try stage.startProducer(), try stage.startWorker(Stage.shortLease)]
                try await stage.simulator.waitForAccepted(count: Self.recipients / 4)
                try await cluster.stop(.immediate)
                try await cluster.start()
                try await stage.simulator.waitForAccepted(count: Self.recipients / 2, within: .seconds(30))
                try await cluster.stop(.immediate)
                // Longer than the worker's lease of 5 s: it has to begin anew.
                try await Task.sleep(for: .seconds(6))
                let meanwhile = stage.simulator.summary.accepted
                try await Task.sleep(for: .seconds(1))
                #expect(stage.simulator.summary.accepted == meanwhile, "no mark, no DATA")
                try await cluster.start()
                let books = try await stage.wait(for: campaign)
                #expect(books[.accepted] + books[.uncertain] == Self.recipients)
                #expect(books[.uncertain] <= 2 * (2 * 10 + 64))
                #expect(programs.allSatisfy { $0.isRunning }, "nobody had to start them again")
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
