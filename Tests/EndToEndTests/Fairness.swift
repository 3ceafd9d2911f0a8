import Core
import MailSimulator
import TestKit
import Testing

extension Scenarios {
    @Suite struct Fairness {
        @Test func `a slow lane does not hold up a fast one`() async throws {
            var mail = MailSimulator.Configuration()
            mail.script = Script(rules: [.init(.domain("slow.example"), .init(.delay(.dot, milliseconds: 400)))])
            try await Stage.with(mail) { stage in
                try await stage.addLane(2, "slow", domains: ["slow.example"])
                try await stage.addContacts(400) { "user\($0)@\($0 % 2 == 0 ? "slow" : "fast").example" }
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker(connections: 10, lanes: "default,slow")
                let fast = """
                    SELECT count(*) FROM deliveries JOIN contacts USING (contact_id) WHERE state = 3 AND domain = 'fast.example'
                    """
                try await stage.wait { try await stage.number(fast) == 200 }
                let totals = try await stage.totals(campaign)
                #expect(totals[.accepted] < 300, "the slow lane has hardly begun")
                #expect(try await stage.wait(for: campaign)[.accepted] == 400)
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `a small campaign that starts beside a large one takes little more than twice its time at most`()
            async throws
        {
            var mail = MailSimulator.Configuration()
            mail.script = Script(rules: [.init(.domain("*"), .init(.delay(.dot, milliseconds: 20)))])
            try await Stage.with(mail) { stage in
                for (list, count) in [(1, 500), (2, 6_000), (3, 500), (4, 500)] as [(Int32, Int)] {
                    try await stage.addContacts(count, list: list) { "user\($0)@list\(list).example" }
                }
                _ = try stage.startProducer()
                _ = try stage.startWorker(connections: 8)
                let before = try await time(of: 1, on: stage)
                let large = try await stage.startCampaign(list: 2)
                try await stage.wait(for: large) { $0[.accepted] > 600 }
                let beside = try await time(of: 3, on: stage)
                #expect(try await stage.totals(large)[.pending] > 0, "or there was nothing beside it")
                try await stage.ask(.cancel, of: large)
                try await stage.wait(for: large)
                // Measured again, for other tests are running on this machine.
                let after = try await time(of: 4, on: stage)
                #expect(
                    beside < max(before, after) * 2.5,
                    "P10: \(before) and \(after) alone, \(beside) beside a large one"
                )
            }
        }

        /// How long a campaign of a list takes from its start to its end.
        private func time(of list: Int32, on stage: Stage) async throws -> Duration {
            try await ContinuousClock().measure {
                try await stage.wait(for: try await stage.startCampaign(list: list))
            }
        }
    }
}
