import MailSimulator
import TestKit
import Testing

extension Scenarios {
    /// `veredus doctor` with the servers that it is made for.
    @Suite struct DoctorOnARealStage {
        @Test func `a doctor finds everything well, before the first campaign and after it, and misses the broker`()
            async throws
        {
            try await Stage.with { stage in
                let before = try await stage.tool("doctor")
                #expect(before.succeeded, "a queue that nobody needed yet is no problem: \(before.output)")
                #expect(before.output.contains("queue jobs.default does not exist yet; the producer creates it"))

                try await stage.addContacts(20)
                let campaign = try await stage.startCampaign()
                _ = try stage.startProducer()
                _ = try stage.startWorker()
                try await stage.wait(for: campaign)
                let well = try await stage.tool("doctor")
                #expect(well.succeeded, "\(well.output)\(well.errors)")
                #expect(!well.output.contains("PROBLEM"))
                for words in [
                    "ok       settings", "ok       database", "queue jobs.default: 0 waiting", "1 worker alive",
                    "ok       mail route",
                ] {
                    #expect(well.output.contains(words), "\(words) in: \(well.output)")
                }

                let detour = try await stage.detourToBroker()
                try await detour.set(.refuse)
                let gone = try await stage.tool(["doctor"], stage.broker(through: detour))
                #expect(gone.end == .exit(69))
                #expect(gone.output.contains("PROBLEM  broker"))
                #expect(gone.output.contains("ok       database"))
                #expect(gone.output.contains("ok       mail route"))
                #expect(gone.errors.contains("1 problem"))
                try await detour.stop()
            }
        }
    }
}
