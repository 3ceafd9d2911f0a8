import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// A broker that answers nothing any more and closes nothing: half-open to everybody.
    @Suite struct FrozenBroker {
        private static let recipients = 3_000

        @Test func `a broker that stands still for a while, and for good, is lived with`() async throws {
            let broker = try PrivateBroker()
            try await broker.start()
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail, on: .init(broker: broker)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let programs = [try stage.startProducer(), try stage.startWorker()]
                try await stage.simulator.waitForAccepted(count: 300)
                broker.freeze()
                try await stage.wait(for: campaign) { $0[.sending] == 0 }
                broker.thaw()
                let some = try await stage.totals(campaign)[.accepted] + 300
                try await stage.wait(for: campaign, within: .seconds(30)) { $0[.accepted] >= some }

                broker.freeze()
                try await stage.wait(for: campaign) { $0[.sending] == 0 }
                for program in programs { program.send(SIGTERM) }
                // A write, a question and a close each have their limit.
                // The worker within its limits for goodbyes, the producer when the heartbeats have failed.
                #expect(try await programs[1].exit(within: .seconds(15)) == .exit(0))
                #expect(try await programs[0].exit(within: .seconds(30)) == .exit(0))
                #expect(try await stage.number("SELECT count(*) FROM claims") == 0)
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                broker.thaw()
                let totals = try await stage.wait(for: campaign, within: .seconds(45))
                #expect(totals[.accepted] == Self.recipients)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
