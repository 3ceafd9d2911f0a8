import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// P4: the broker is disposable, all of it.
    @Suite struct LostJobs {
        private static let recipients = 1_500

        @Test func `a campaign ends though its queue is emptied, and deleted`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                try await stage.simulator.waitForAccepted(count: Self.recipients / 4)
                try await stage.control("purge_queue", queue: "jobs.default")
                try await stage.simulator.waitForAccepted(count: Self.recipients / 2)
                try await stage.control("delete_queue", queue: "jobs.default")
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == Self.recipients)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a campaign ends though the broker is killed, and comes back with nothing`() async throws {
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
                try broker.wipe()
                try await broker.start()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == Self.recipients)
                #expect(programs.allSatisfy { $0.isRunning })
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
