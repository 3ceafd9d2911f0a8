import Core
import Foundation
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// A route that cannot be reached rests and is probed; its messages wait, and their attempts are not burnt.
    @Suite struct FallenRelay {
        private static let recipients = 600
        private static let connections = 10

        @Test func `a relay that is down burns no attempts, and the campaign goes on when it is back`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                let proxy = try await FaultProxy.start(port: stage.simulator.port)
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker(
                    connections: Self.connections,
                    ["VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(proxy.port)"]
                )
                try await stage.simulator.waitForAccepted(count: Self.recipients / 4)
                try await proxy.set(.refuse)
                proxy.endConnections(byReset: true)
                let before = proxy.connections
                // Half of all were claimed meanwhile, could not be sent, and wait.
                try await stage.wait(for: campaign) { $0[.deferred] >= Self.recipients / 2 }
                try await proxy.set(.passOn)
                let totals = try await stage.wait(for: campaign)
                #expect(worker.isRunning)
                let log = worker.lastWords
                for (line, count) in [("the route rests", 1), ("the route works again", 1)] {
                    #expect(log.components(separatedBy: line).count == count + 1, "\(line): \(log)")
                }
                #expect(totals[.accepted] + totals[.uncertain] == Self.recipients, "nobody failed for it")
                #expect(totals[.uncertain] <= Self.connections, "at most what was past its dot")
                // Whatever was on a connection when it was reset has lost one attempt; everybody else none.
                let tries = try await stage.number("SELECT count(*) FROM deliveries WHERE attempt > 1")
                #expect(tries <= Self.connections, "attempts are not burnt on a relay that is down")
                #expect(proxy.connections - before <= 3 * Self.connections, "one connection at a time goes to see")
                try await stage.expectTruth(of: campaign)
                try await proxy.stop()
            }
        }
    }
}
