import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    /// A rolling change: old and new settings side by side, each program replaced in turn.
    @Suite struct MixedFleet {
        @Test func `programs that pack jobs differently work side by side while they are replaced one by one`()
            async throws
        {
            var mail = MailSimulator.Configuration()
            mail.delay = .milliseconds(5)
            try await Stage.with(mail) { stage in
                for list in 1...2 as ClosedRange<Int32> {
                    try await stage.addContacts(1_000, list: list) { "user\($0)@list\(list).example" }
                }
                let campaigns = [try await stage.startCampaign(list: 1), try await stage.startCampaign(list: 2)]
                var producer = try stage.startProducer()
                var worker = try stage.startWorker()
                for (step, jobs) in [16, 50].enumerated() {
                    try await stage.simulator.waitForAccepted(count: (step + 1) * 400)
                    let packed = ["VEREDUS_JOBS_PER_MESSAGE": "\(jobs)"]
                    // The new one is there before the old one goes.
                    let (nextProducer, nextWorker) = (try stage.startProducer(packed), try stage.startWorker(packed))
                    let leased = "SELECT count(DISTINCT lease_token) FROM campaigns WHERE lease_token <> "
                    let old = try await stage.number("SELECT lease_token FROM campaigns WHERE campaign_id = 1")
                    producer.send(SIGTERM)
                    #expect(try await producer.exit(within: .seconds(10)) == .exit(0))
                    // It gave its campaigns back: nobody waits for its lease to run out.
                    try await stage.wait(within: .seconds(3)) { try await stage.number("\(leased) \(old)") == 1 }
                    worker.send(SIGTERM)
                    #expect(try await worker.exit(within: .seconds(10)) == .exit(0))
                    (producer, worker) = (nextProducer, nextWorker)
                }
                for campaign in campaigns {
                    #expect(try await stage.wait(for: campaign)[.accepted] == 1_000)
                    try await stage.expectTruth(of: campaign)
                }
                #expect(stage.simulator.summary.accepted == 2_000)
            }
        }
    }
}
