import ArgumentParser
import Core
import Database

struct CampaignResend: AsyncParsableCommand {
    /// What can be resent.
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
        abstract: "Make a follow-up for those whom a campaign did not reach; nothing is sent.",
        discussion: """
            A draft of its own, with totals of its own and the message that was sent; `veredus campaign update` changes it, \
            `veredus campaign start` sends it. Who they are is decided at the start: those whom the campaign has left in \
            that state then, without those who have opted out. Of the uncertain ones some may get a second copy.
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "failed, uncertain or expired.") var only: Left
    @Option(help: "The follow-up's name; by default the campaign's, and for whom it is.") var name: String?
    @OptionGroup var campaign: CampaignArgument

    func run() async throws {
        if let name { try checkedName(name, of: "a campaign") }
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            guard let report = try await session.database.report(on: campaign.id, account: account) else {
                throw AdminFailure(.badData, "there is no campaign \(campaign.id). `veredus campaign list` shows them")
            }
            let left = report.counts[only.state]
            guard left > 0 || report.state != .finished else {
                throw AdminFailure(.badData, "campaign \(campaign.id) has left nobody \(only.state.name)")
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
                    "campaign \(id): \(name), for \(grouped(left)) whom campaign \(campaign.id) left \(only.state.name)\n"
                        + "next: veredus campaign check \(id), then veredus campaign start \(id)"
                )
            }
        }
    }
}
