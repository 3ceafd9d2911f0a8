import ArgumentParser
import Core
import Database
import Service

struct CampaignList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List campaigns, newest first.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var page: PageOptions
    @Option(help: "Only this account's.") var account: String?
    @Option(help: "Only those with this in their name, in any case of letters.") var name = ""
    @Option(help: "Only those in this state.") var state: CampaignState?

    func run() async throws {
        let before = Int32(clamping: try page.before(.campaigns))
        let search = CampaignSearch(name: name, state: state)
        try await Session.run(common) { session in
            let campaigns: [CampaignOverview]
            if let account {
                let account = try await session.account(named: account).id
                campaigns = try await session.database.campaigns(of: account, search, before: before, limit: page.limit)
            } else {
                campaigns = try await session.database.campaigns(search, before: before, limit: page.limit)
            }
            let next = campaigns.next(page.limit) { PageCursor(.campaigns, [Int64($0.report.campaign)]) }
            let names = try await session.names(of: campaigns.map(\.report.account))
            session.console.show(campaigns.map(\.json), next: next, output) {
                Table(
                    ["NUMBER", "ACCOUNT", "NAME", "STATE", "AUDIENCE", "ACCEPTED", "ENDED", "FOLLOWS"],
                    campaigns.map { Self.row($0.report, account: names[$0.report.account] ?? "") },
                    cutting: 2,
                    to: session.console.width
                )
            }
        }
    }

    private static func row(_ report: CampaignReport, account: String) -> [String] {
        [
            String(report.campaign), account, report.name,
            report.state.name + (report.scheduledFor.map { " for \(Timestamp.text($0))" } ?? "")
                + (report.hasMissedItsStart ? " (missed)" : ""),
            grouped(report.audience), grouped(report.counts[.accepted]), grouped(report.counts.ended),
            report.follows.map { "\($0.campaign) \($0.state.name)" } ?? "",
        ]
    }
}

extension CampaignState: ExpressibleByArgument {
    /// - Parameter argument: The state's name.
    package init?(argument: String) { self.init(name: argument) }

    package static var allValueStrings: [String] { names }
}
