import ArgumentParser
import Core
import Database
import Service

struct CampaignStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Ask for a campaign to be sent, now or at a time.",
        discussion: "A producer takes it from there. `veredus campaign watch` shows how far it is."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "When, with its offset from UTC: 2026-11-30T09:00:00+01:00.") var at: String?
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        let moment = try at.map { text in
            guard let seconds = Timestamp.seconds(text) else {
                throw AdminFailure(
                    .usage,
                    "--at: \"\(text)\" is no moment; write it with its offset from UTC, like 2026-11-30T09:00:00+01:00"
                )
            }
            return seconds
        }
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            _ = try await CampaignRequests(session.database, account: account).start(campaign.id, at: moment)
            let when = moment.map { Timestamp.text($0) }
            if output.json {
                session.console.print([
                    "campaign": .number(campaign.id), "state": "starting", "start_at": .string(orNull: when),
                ])
            } else {
                session.console.print("campaign \(campaign.id) starts \(when.map { "at \($0)" } ?? "now")")
            }
        }
    }
}
