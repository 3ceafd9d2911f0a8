import Core
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct CampaignWatchTests {
    @Test func `watch ends with the campaign, and says what to do when nothing happens`() async throws {
        try await Tool.with { tool in
            await CampaignTests.create(tool, CampaignTests.folder(tool))
            #expect(await tool.run("campaign", "watch", "1").errors.contains("veredus campaign start 1"))
            _ = try await tool.sql(
                "UPDATE campaigns SET state = \(CampaignState.starting.rawValue), start_at = now() - interval '1 minute' RETURNING '1'"
            )
            let (lines, said) = AsyncStream.makeStream(of: String.self)
            async let watch = tool.run(["campaign", "watch", "1", "--interval", "0.1"]) { said.yield($0) }
            let first = await lines.first { _ in true }
            #expect(first?.contains("no producer has taken it for 1 min") == true)
            _ = try await tool.sql(
                "UPDATE campaigns SET state = \(CampaignState.finished.rawValue), started_at = now(), finished_at = now() RETURNING '1'"
            )
            let outcome = await watch
            #expect(outcome.status == 0)
            #expect(outcome.output.contains("finished"))
        }
    }

    @Test func `watch ends with its own exit code when a campaign pauses by itself, and not when somebody pauses it`()
        async throws
    {
        try await Tool.with { tool in
            await CampaignTests.create(tool, CampaignTests.folder(tool))
            _ = try await tool.sql(
                """
                UPDATE campaigns SET state = \(CampaignState.paused.rawValue), audience = 3, started_at = now()
                RETURNING '1'
                """
            )
            let (lines, said) = AsyncStream.makeStream(of: String.self)
            async let watch = tool.run(["campaign", "watch", "1", "--interval", "0.1"]) { said.yield($0) }
            #expect(await lines.first { _ in true }?.hasPrefix("paused") == true, "it may be resumed")
            _ = try await tool.sql("UPDATE campaigns SET state = \(CampaignState.running.rawValue) RETURNING '1'")
            let resumed = await lines.first { $0.hasPrefix("running") }
            #expect(resumed != nil)
            _ = try await tool.sql(
                "UPDATE campaigns SET state = \(CampaignState.paused.rawValue), held_because = '120 messages could not be made' RETURNING '1'"
            )
            let outcome = await watch
            #expect(outcome.status == 2)
            #expect(
                outcome.errors.contains("has paused automatically: 120 messages could not be made"),
                "\(outcome.errors)"
            )
            let json = await tool.run("campaign", "watch", "1", "--json")
            #expect(json.status == 2 && json.json("remedy")?.contains("paused automatically") == true, "\(json.output)")
        }
    }
}
