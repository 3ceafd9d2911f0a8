import Core
import TestKit
import Testing

extension Scenarios {
    /// A campaign that waits for its time, and doctor's word about it, with the real programs.
    @Suite struct ScheduledCampaign {
        @Test func `a scheduled campaign alarms nobody until it is due, and is sent when its programs run`()
            async throws
        {
            try await Stage.with { stage in
                try await stage.addContacts(50)
                let campaign = try await stage.startCampaign(in: .seconds(3_600))
                #expect(try await stage.totals(campaign).state == .scheduled)
                let waiting = try await stage.tool("doctor")
                #expect(waiting.succeeded, "\(waiting.output)")
                #expect(waiting.output.contains("campaign \(campaign): scheduled, the first one at"))

                let pause = try await stage.tool("campaign", "pause", "\(campaign)")
                #expect(pause.end == .exit(65))
                try await stage.expectTool("campaign", "unschedule", "\(campaign)")
                #expect(try await stage.totals(campaign).state == .draft)
                try await stage.expectTool("campaign", "start", "\(campaign)", "--at", "2099-01-01T00:00:00Z")
                #expect(try await stage.totals(campaign).state == .scheduled)

                // Its time comes, and no program runs.
                try await stage.execute("UPDATE campaigns SET start_at = now() - interval '10 seconds'")
                let due = try await stage.tool("doctor")
                #expect(due.end == .exit(69))
                #expect(due.output.contains("to be started by now, and no producer has taken it"), "\(due.output)")

                _ = try stage.startProducer()
                try await stage.wait(for: campaign) { $0.state == .running }
                let unsent = try await stage.tool("doctor")
                #expect(unsent.end == .exit(69))
                #expect(unsent.output.contains("running, and no worker is alive"), "\(unsent.output)")

                _ = try stage.startWorker()
                let totals = try await stage.wait(for: campaign)
                #expect(totals[.accepted] == 50)
                let well = try await stage.tool("doctor")
                #expect(well.succeeded, "\(well.output)")
                try await stage.expectTruth(of: campaign)
            }
        }

        @Test func `watch ends when a campaign that makes too many dead letters pauses by itself`() async throws {
            try await Stage.with { stage in
                try await stage.addContacts(2_000)
                try await stage.execute("UPDATE contacts SET attributes = '{}' WHERE contact_id > 50")
                let campaign = try await stage.startCampaign(in: .seconds(3_600))
                let refused = try await stage.tool("campaign", "start", "\(campaign)")
                #expect(refused.end == .exit(65))
                #expect(refused.errors.contains("is missing for 1,950 of 2,000 recipients"), "\(refused.errors)")
                try await stage.expectTool("campaign", "start", "\(campaign)", "--anyway")
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                let watch = try await stage.tool("campaign", "watch", "\(campaign)")
                #expect(watch.end == .exit(2), "\(watch.output)\(watch.errors)")
                #expect(watch.errors.contains("has paused automatically"))
            }
        }
    }
}
