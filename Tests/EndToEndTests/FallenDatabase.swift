import Core
import Foundation
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
                let worker = try stage.startWorker(Stage.shortLease)
                let programs = [try stage.startProducer(), worker]
                try await stage.simulator.waitForAccepted(count: Self.recipients / 4)
                try await cluster.stop(.immediate)
                try await cluster.start()
                try await stage.simulator.waitForAccepted(count: Self.recipients / 2, within: .seconds(30))
                let failures = try Self.failures(of: worker)
                try await cluster.stop(.immediate)
                let stopped = Date().timeIntervalSince1970
                // It gives a renewal up after 30 s, long after its lease of 5 s: it has to begin anew.
                try await stage.wait(within: .seconds(60)) { try Self.failures(of: worker) > failures }
                let last = stage.simulator.accepted.map(\.time).max() ?? 0
                #expect(last < stopped + 5.5, "no lease, no DATA")
                try await cluster.start()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] + totals[.uncertain] == Self.recipients)
                #expect(totals[.uncertain] <= 2 * (2 * 10 + 64))
                #expect(programs.allSatisfy { $0.isRunning }, "nobody had to start them again")
                try await stage.expectTruth(of: campaign)
            }
        }

        /// How often a worker has said that it could not renew its lease.
        private static func failures(of worker: Stage.Program) throws -> Int {
            let log = try String(contentsOfFile: worker.logPath, encoding: .utf8)
            return log.ranges(of: "the lease could not be renewed").count
        }
    }
}
