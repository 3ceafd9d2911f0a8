import ArgumentParser
import Core

struct CampaignAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Recount a campaign row by row, and explain whatever does not agree.",
        discussion: """
            Reads in short pages, so that sending goes on undisturbed. A lane of up to 200,000 recipients is compared in \
            one moment; a larger one that is being sent moves while it is read, and is compared as far as that allows: \
            pause the campaign for all of it. Exit code 1 when something does not agree.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            var audit = TotalsAudit(database: session.database, campaign: campaign.id, account: account)
            try await audit.run { session.console.redraw("\(grouped($0)) recipients recounted") }
            session.console.endLine()
            if output.json { session.console.print(audit.json) } else { session.console.print(audit.text) }
            guard audit.differences.isEmpty else {
                let count = audit.differences.count
                throw AdminFailure(
                    .differs,
                    count == 1 ? "1 difference, see above" : "\(count) differences, see above"
                )
            }
        }
    }
}
