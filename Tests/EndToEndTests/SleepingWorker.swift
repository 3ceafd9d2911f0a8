import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    @Suite struct SleepingWorker {
        @Test func `a worker that sleeps through its lease sends nothing of what it had, and begins anew`() async throws
        {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(50)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(400)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let sleeper = try stage.startWorker(Stage.shortLease)
                try await stage.wait(for: campaign) { $0[.accepted] > 50 }
                sleeper.send(SIGSTOP)
                // Whatever it had in flight is settled once its lease is over, and another worker may begin.
                try await stage.wait(for: campaign) { $0[.sending] == 0 && $0[.uncertain] > 0 }
                let asleep = try await stage.totals(campaign)
                sleeper.send(SIGCONT)
                let totals = try await stage.wait(for: campaign)
                #expect(sleeper.isRunning, "it began anew by itself, and sent the rest")
                #expect(totals[.accepted] + totals[.uncertain] == 400)
                #expect(totals[.uncertain] <= asleep[.uncertain], "what the other side said meanwhile is recorded")
                #expect(totals[.uncertain] <= 2 * 10 + 64)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
