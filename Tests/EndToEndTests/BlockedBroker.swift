import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    /// A broker that is short of memory takes nothing from publishers and says so; consumers go on.
    @Suite struct BlockedBroker {
        private static let recipients = 3_000

        @Test func `under a memory alarm programs end in time, and afterwards everything goes on by itself`()
            async throws
        {
            let broker = try PrivateBroker()
            try await broker.start()
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail, on: .init(broker: broker)) { stage in
                try await stage.addContacts(Self.recipients)
                let campaign = try await stage.startCampaign()
                let programs = [try stage.startProducer(), try stage.startWorker()]
                try await stage.simulator.waitForAccepted(count: 300)
                try await broker.control("set_vm_memory_high_watermark", "0.00001")
                // What was published before is all that can be sent.
                try await stage.wait(for: campaign) { $0[.sending] == 0 }
                try await stage.producerLooks(4)  // in which nothing may happen
                let blocked = try await stage.totals(campaign)
                #expect(blocked[.pending] > 0)
                #expect(stage.simulator.summary.accepted == blocked[.accepted])
                try await broker.control("set_vm_memory_high_watermark", "0.4")
                let all = blocked[.accepted] + 500
                try await stage.wait(for: campaign, within: .seconds(30)) { $0[.accepted] >= all }
                #expect(programs.allSatisfy { $0.isRunning }, "nobody had to start them again")

                try await broker.control("set_vm_memory_high_watermark", "0.00001")
                let asked = ContinuousClock.now
                for program in programs { program.send(SIGTERM) }
                for program in programs { #expect(try await program.exit(within: .seconds(15)) == .exit(0)) }
                #expect(ContinuousClock.now - asked < .seconds(15))
                #expect(try await stage.totals(campaign)[.sending] == 0)
                // They may be started during the alarm, too.
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                try await broker.control("set_vm_memory_high_watermark", "0.4")
                let totals = try await stage.wait(for: campaign, within: .seconds(30))
                #expect(totals[.accepted] == Self.recipients)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
