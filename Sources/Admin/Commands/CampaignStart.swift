import ArgumentParser
import Core
import Database
import Service

struct CampaignStart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Start sending a campaign, now or at a set time.",
        discussion: "A producer starts it within seconds. `veredus campaign watch` shows its progress."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "When to start, with a UTC offset: 2026-11-30T09:00:00+01:00 (default: now).") var at: String?
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        let moment = try at.map { text in
            guard let seconds = Timestamp.seconds(text) else {
                throw AdminFailure(
                    .usage,
                    "--at: \"\(text)\" is not a time; write it with a UTC offset, like 2026-11-30T09:00:00+01:00"
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
