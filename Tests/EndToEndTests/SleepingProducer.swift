import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    @Suite struct SleepingProducer {
        @Test func `a producer that sleeps through its lease and wakes changes nothing`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(1_500)
                let campaign = try await stage.startCampaign()
                let sleeper = try stage.startProducer()
                _ = try stage.startWorker()
                try await stage.wait(for: campaign) { $0[.accepted] > 300 }
                let lease = "SELECT lease_token FROM campaigns"
                let first = try await stage.number(lease)
                sleeper.send(SIGSTOP)
                _ = try stage.startProducer()
                try await stage.endLeases()
                try await stage.wait { try await stage.number(lease) != first }
                let second = try await stage.number(lease)
                let accepted = try await stage.totals(campaign)[.accepted]
                try await stage.wait(for: campaign) { $0[.accepted] > accepted + 300 }
                sleeper.send(SIGCONT)
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 1_500)
                #expect(try await stage.number(lease) == second)
                #expect(try await stage.number("SELECT max(generation)::int8 FROM campaign_lanes") == 1)
                #expect(sleeper.isRunning)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
