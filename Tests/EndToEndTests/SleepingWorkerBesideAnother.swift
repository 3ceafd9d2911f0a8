import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    @Suite struct SleepingWorkerBesideAnother {
        @Test func `a worker that wakes with jobs that another one has done since sends none of them`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(20)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(1_500)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let sleeper = try stage.startWorker(Stage.shortLease)
                try await stage.wait(for: campaign) { $0[.accepted] > 100 }
                sleeper.send(SIGSTOP)
                // The broker still counts what was handed out to it as being worked on.
                _ = try stage.startWorker(Stage.shortLease)
                let meanwhile = try await stage.wait(for: campaign) { $0.sum - $0[.accepted] - $0[.uncertain] == 0 }
                sleeper.send(SIGCONT)
                try await stage.wait { try await stage.number("SELECT count(*) FROM workers") == 2 }
                let totals = try await stage.wait(for: campaign)
                #expect(sleeper.isRunning)
                #expect(totals[.accepted] + totals[.uncertain] == 1_500)
                #expect(totals[.uncertain] <= meanwhile[.uncertain], "what it heard before it slept is recorded")
                #expect(totals[.uncertain] <= 2 * 10 + 64, "I6")
                #expect(stage.simulator.summary.repeated == 0)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
