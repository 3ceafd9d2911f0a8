import Core
import Glibc
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct Crowd {
        @Test func `two producers and three workers send one message to each`() async throws {
            try await Stage.with { stage in
                for list in 1...3 as ClosedRange<Int32> {
                    try await stage.addContacts(500, list: list) { "user\($0)@list\(list).example" }
                }
                var campaigns: [CampaignID] = []
                for list in 1...3 as ClosedRange<Int32> { campaigns.append(try await stage.startCampaign(list: list)) }
                let producers = [try stage.startProducer(), try stage.startProducer()]
                for _ in 1...3 { _ = try stage.startWorker(connections: 4, ["VEREDUS_JOBS_PER_MESSAGE": "8"]) }
                for campaign in campaigns {
                    let totals = try await stage.wait(for: campaign)
                    #expect(totals[.accepted] == 500)
                    try await stage.expectTruth(of: campaign)
                }
                #expect(stage.simulator.summary.accepted == 1_500)
                for producer in producers {
                    producer.send(SIGTERM)
                    let end = try await producer.exit(within: .seconds(10))
                    #expect(end == .exit(0), "\(producer.lastWords)")
                }
            }
        }
    }
}
