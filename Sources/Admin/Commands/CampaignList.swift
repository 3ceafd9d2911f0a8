import ArgumentParser
import Core
import Database
import Service

struct CampaignList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List campaigns, newest first.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Only this account's.") var account: String?

    func run() async throws {
        try await Session.run(common) { session in
            let accounts: [AccountFacts]
            if let account {
                accounts = [try await session.account(named: account)]
            } else {
                accounts = try await session.database.accounts()
            }
            var campaigns: [(account: String, overview: CampaignOverview)] = []
            for account in accounts {
                for overview in try await Self.campaigns(of: account.id, in: session.database) {
                    campaigns.append((account.name, overview))
                }
            }
            campaigns.sort { $0.overview.report.campaign > $1.overview.report.campaign }
            guard !output.json else {
                return session.console.print(.array(campaigns.map { $0.overview.json }))
            }
            session.console.print(
                Table(
                    ["NUMBER", "ACCOUNT", "NAME", "STATE", "AUDIENCE", "ACCEPTED", "ENDED", "FOLLOWS"],
                    campaigns.map { entry in
                        let report = entry.overview.report
                        return [
                            String(report.campaign), entry.account, report.name,
                            report.state.name + (report.scheduledFor.map { " for \(Timestamp.text($0))" } ?? "")
                                + (report.hasMissedItsStart ? " (missed)" : ""),
                            grouped(report.audience), grouped(report.counts[.accepted]), grouped(report.counts.ended),
                            report.follows.map { "\($0.campaign) \($0.state.name)" } ?? "",
                        ]
                    },
                    cutting: 2,
                    to: session.console.width
                ).text
            )
        }
    }

    /// An account's campaigns, newest first, page by page.
    private static func campaigns(of account: AccountID, in database: AccountDatabase) async throws
        -> [CampaignOverview]
    {
        let limit: Int32 = 500
        var all: [CampaignOverview] = []
        while true {
            let last = all.last?.report.campaign ?? .max
            let page = try await database.campaigns(of: account, before: last, state: nil, limit: limit)
            all += page
            guard page.count == Int(limit) else { return all }
        }
    }
}
