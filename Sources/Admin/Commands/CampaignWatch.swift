import ArgumentParser
import Core
import Database
import DatabaseClient

struct CampaignWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Watch a campaign until it ends or pauses automatically: counts, rate, time left.",
        discussion: """
            On a terminal it redraws one line; otherwise it prints a line per change. Ctrl-C stops watching, not the \
            campaign. Exits with 2 when the campaign has paused automatically, and says why.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Seconds between updates, 0.1 to 60.") var interval = 0.5
    @OptionGroup var campaign: CampaignArgument

    func validate() throws {
        guard (0.1...60).contains(interval) else { throw ValidationError("--interval must be 0.1 to 60 seconds") }
    }

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            var view = WatchView(console: session.console, isJSON: output.json)
            while true {
                do {
                    guard let report = try await session.database.report(on: campaign.id, account: account) else {
                        throw AdminFailure(.badData, "campaign \(campaign.id) no longer exists")
                    }
                    guard report.state != .draft else {
                        throw AdminFailure(
                            .badData,
                            "campaign \(campaign.id) is a draft. "
                                + "Start it: veredus campaign start \(campaign.id)"
                        )
                    }
                    let workers = report.state == .running ? try await session.database.workersAlive() : 1
                    view.show(report, workersAlive: workers)
                    if CampaignState.ended.contains(report.state) { return view.end(report) }
                    if report.state == .paused, !report.heldBecause.isEmpty {
                        view.end(report)
                        throw AdminFailure(
                            .paused,
                            "campaign \(campaign.id) has paused automatically: \(report.heldBecause). "
                                + "Resume it when that is fixed: veredus campaign resume \(campaign.id); "
                                + "or cancel it: veredus campaign cancel \(campaign.id)"
                        )
                    }
                } catch let error as PostgresError where error.isTransient {
                    view.say("waiting for the database: \(error)")
                }
                try await Task.sleep(for: .seconds(interval))
            }
        }
    }
}
