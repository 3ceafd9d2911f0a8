import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension LongScenarios {
    @Suite struct StoppedWorker {
        @Test func `workers that are replaced one by one leave nothing unknown behind`() async throws {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(10)
            try await Stage.with(mail) { stage in
                try await stage.addContacts(1_000)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                for stop in 1...9 {
                    let worker = try stage.startWorker()
                    // Before that a SIGTERM simply ends it: the one before may have sent more than its share.
                    try await stage.wait { try await stage.number("SELECT count(*) FROM workers") == 1 }
                    try await stage.simulator.waitForAccepted(count: stop * 100)
                    worker.send(SIGTERM)
                    let end = try await worker.exit(within: .seconds(10))
                    #expect(end == .exit(0), "\(worker.lastWords)")
                    let totals = try await stage.totals(campaign)
                    #expect(totals[.sending] == 0)
                    #expect(totals[.uncertain] == 0)
                    #expect(totals[.accepted] == stage.simulator.summary.accepted)
                    #expect(try await stage.number("SELECT count(*) FROM claims") == 0)
                    #expect(try await stage.number("SELECT count(*) FROM workers") == 0)
                }
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 1_000)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a message whose reply takes longer than the grace is uncertain, and the worker ends`() async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(20) {
                    $0 <= 4 ? "delay-dot-20000+\($0)@example.net" : "user\($0)@example.net"
                }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker(["VEREDUS_GRACE": "1"])
                try await stage.wait(for: campaign) { $0[.accepted] == 16 && $0[.sending] == 4 }
                worker.send(SIGTERM)
                let end = try await worker.exit(within: .seconds(6))
                #expect(end == .exit(0), "\(worker.lastWords)")
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.uncertain] == 4)
                let said = "SELECT count(*) FROM replies WHERE reply LIKE '%stopped while waiting%'"
                #expect(try await stage.number(said) == 4)
                #expect(try await stage.number("SELECT count(*) FROM deliveries WHERE reason = 8") == 4)
            }
        }

        @Test func `workers that stop before they could send anything lose nobody`() async throws {
            var mail = MailSimulator.Configuration()
            // The first four workers never get to send anything.
            let mute = Script.Rule(.connection, .init(.delay(.banner, milliseconds: 60_000)), times: 4 * 10)
            mail.script = Script(rules: [mute])
            try await Stage.with(mail) { stage in
                try await stage.addContacts(200)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                for stop in 1...4 {
                    let worker = try stage.startWorker(["VEREDUS_GRACE": "0"])
                    try await stage.wait { stage.simulator.connections == stop * 10 }
                    try await stage.wait(for: campaign) { $0[.sending] >= 2 * 10 + 20 }
                    worker.send(SIGTERM)
                    let end = try await worker.exit(within: .seconds(10))
                    #expect(end == .exit(0), "\(worker.lastWords)")
                }
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 200)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a worker stops in time without a database`() async throws {
            let cluster = try await PostgresCluster.start()
            try await Stage.with(on: .init(cluster: cluster)) { stage in
                try await stage.addContacts(20) { "delay-dot-1000+\($0)@example.net" }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                let worker = try stage.startWorker(["VEREDUS_GRACE": "2", "VEREDUS_LEASE": "5"])
                try await stage.wait(for: campaign) { $0[.sending] > 0 }
                try await cluster.stop(.immediate)
                worker.send(SIGTERM)
                _ = try await worker.exit(within: .seconds(12))
                try await cluster.start()
                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals.sum == 20)
                try await stage.expectTruth(of: campaign)
            }
        }
    }
}
