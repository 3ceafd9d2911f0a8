import ArgumentParser
import Core
import Database

struct CampaignResend: AsyncParsableCommand {
    /// The states to resend.
    enum Left: String, ExpressibleByArgument, CaseIterable {
        case failed, uncertain, expired

        var state: DeliveryState {
            switch self {
            case .failed: .failed
            case .uncertain: .uncertain
            case .expired: .expired
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "resend",
        abstract: "Create a follow-up draft for the recipients that a campaign did not reach.",
        discussion: """
            Creates a separate draft, with its own totals and the message that was sent. `veredus campaign update` \
            changes it, `veredus campaign start` sends it. The start decides its recipients: those still \
            in that state, except opt-outs. Uncertain recipients may get a second copy.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "failed, uncertain or expired.") var only: Left
    @Option(help: "The follow-up's name (default: the campaign's name with the state).") var name: String?
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        if let name { try checkedName(name, of: "a campaign") }
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            guard let report = try await session.database.report(on: campaign.id, account: account) else {
                throw AdminFailure.noCampaign(campaign.id)
            }
            let left = report.counts[only.state]
            guard left > 0 || report.state != .finished else {
                throw AdminFailure(.badData, "campaign \(campaign.id) has no \(only.state.name) recipients")
            }
            let name = name ?? "\(report.name) (\(only.state.name))"
            let id = try await session.database.createFollowUp(
                of: campaign.id,
                account: account,
                state: only.state,
                name: name
            )
            if output.json {
                session.console.print([
                    "campaign": .number(id), "name": .string(name), "follows": .number(campaign.id),
                    "follows_state": .string(only.state.name), "left": .number(left),
                ])
            } else {
                session.console.print(
                    "campaign \(id): \(name), for \(grouped(left)) \(only.state.name) recipients of campaign \(campaign.id)\n"
                        + "next: veredus campaign check \(id), then veredus campaign start \(id)"
                )
            }
        }
    }
}
