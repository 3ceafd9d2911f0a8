import ArgumentParser
import Core
import Database
import DatabaseClient

struct CampaignWatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a campaign until it has ended: counts, rate, time left.",
        discussion:
            "On a terminal one line is redrawn; else a line is written when something changes. Ctrl-C only stops watching."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Seconds between two looks, 0.1 to 60.") var interval = 0.5
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
                        throw AdminFailure(.badData, "campaign \(campaign.id) is gone")
                    }
                    guard report.state != .draft else {
                        throw AdminFailure(
                            .badData,
                            "campaign \(campaign.id) is a draft: there is nothing to watch. "
                                + "Start it: veredus campaign start \(campaign.id)"
                        )
                    }
                    let workers = report.state == .running ? try await session.database.workersAlive() : 1
                    view.show(report, workersAlive: workers)
                    if report.state == .finished || report.state == .cancelled { return view.end(report) }
                } catch let error as PostgresError where error.isTransient {
                    view.say("waiting for the database: \(error)")
                }
                try await Task.sleep(for: .seconds(interval))
            }
        }
    }
}
