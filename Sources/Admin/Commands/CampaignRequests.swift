import ArgumentParser
import Core
import Database
import Service

struct CampaignPause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Pause a campaign. Messages in flight still arrive."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws { try await ask(.pause, of: campaign.id, common, output) }
}

struct CampaignResume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "resume", abstract: "Resume a paused campaign.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws { try await ask(.resume, of: campaign.id, common, output) }
}

struct CampaignCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a campaign for good. Messages in flight still arrive."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws { try await ask(.cancel, of: campaign.id, common, output) }
}

struct CampaignUnschedule: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unschedule",
        abstract: "Make a campaign that waits for its time a draft again."
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument

    func run() async throws { try await ask(.unschedule, of: campaign.id, common, output) }
}

private func ask(
    _ request: CampaignState.Request,
    of campaign: CampaignID,
    _ common: CommonOptions,
    _ output: OutputOptions
) async throws {
    try await Session.run(common) { session in
        let account = try await session.account(of: campaign)
        let asked = try await CampaignRequests(session.database, account: account).ask(request, of: campaign)
        let state = asked?.report.state.name ?? "unknown"
        if output.json {
            session.console.print(["campaign": .number(campaign), "state": .string(state)])
        } else {
            session.console.print("campaign \(campaign) is \(state)")
        }
    }
}
