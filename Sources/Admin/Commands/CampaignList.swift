import ArgumentParser
import Core
import Database

struct CampaignList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show campaigns, the newest first.")
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
            var reports: [(account: String, report: CampaignReport)] = []
            for account in accounts {
                for report in try await session.database.campaigns(of: account.id) {
                    reports.append((account.name, report))
                }
            }
            reports.sort { $0.report.campaign > $1.report.campaign }
            guard !output.json else {
                return session.console.print(.array(reports.map { $0.report.json }))
            }
            session.console.print(
                Table(
                    ["NUMBER", "ACCOUNT", "NAME", "STATE", "AUDIENCE", "ACCEPTED", "ENDED", "FOLLOWS"],
                    reports.map { entry in
                        let report = entry.report
                        return [
                            String(report.campaign), entry.account, report.name,
                            report.state.name + (report.hasMissedItsStart ? " (missed)" : ""),
                            grouped(report.audience), grouped(report.counts[.accepted]), grouped(report.counts.ended),
                            report.follows.map { "\($0.campaign) \($0.state.name)" } ?? "",
                        ]
                    }
                ).text
            )
        }
    }
}
