import ArgumentParser
import Core

struct CampaignAudit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "Recount a campaign row by row and explain every difference.",
        discussion: """
            Reads in short pages, so that sending continues undisturbed. A lane of up to 200,000 recipients is \
            compared in one snapshot; a larger lane of a running campaign is compared only in part: pause the campaign \
            for a full comparison. Exits with 1 when there are differences.
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
