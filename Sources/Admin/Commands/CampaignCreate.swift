import ArgumentParser
import Core
import Database
import Service

/// The layout of a campaign's folder, for the help of both commands that read one.
private let folderHelp = """
    The folder has subject.mustache, body.html.mustache and campaign.yaml; an optional \
    body.txt.mustache (default: made from the HTML); and partials/NAME.mustache for {{> NAME}}.

    campaign.yaml:
      name: Fresh horses
      from:
        name: The stables
        address: stables@example.net
      reply_to: answers@example.net    # optional, like the rest
      kind: marketing                  # or transactional: only suppressions of all mail apply
      policy: at-most-once             # or at-least-once: resends when a crash leaves the outcome unknown
      tracking: aggregate              # or none, individual
      language: en                     # of the unsubscribe link: en, de, es, fr
      lifetime: 3 days                 # from the start until unsent messages expire
      defaults:                        # for fields that a contact lacks
        name: friend
    """

struct CampaignCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a campaign from a folder, without sending it.",
        discussion: folderHelp
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The name of the list to send to.") var list: String
    @Argument(help: "The campaign's folder.", completion: .directory) var folder: String

    func run() async throws {
        let draft = try CampaignFolder(path: folder).draft
        try await Session.run(common) { session in
            let account = try await session.account(named: account.name)
            let list = try await session.list(named: list, of: account)
            let id = try await session.database.createCampaign(draft, account: account.id, list: list)
            if output.json {
                session.console.print([
                    "campaign": .number(id), "version": .number(1), "name": .string(draft.name),
                    "account": .number(account.id), "list": .number(list),
                ])
            } else {
                session.console.print(
                    "campaign \(id): \(draft.name)\nnext: veredus campaign check \(id), then veredus campaign start \(id)"
                )
            }
        }
    }
}

struct CampaignUpdate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update",
        abstract: "Replace the message and settings of a draft or a scheduled campaign from a folder.",
        discussion: """
            A scheduled campaign keeps its start time, and its new version must pass the check of `veredus campaign start`.

            \(folderHelp)
            """
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var campaign: CampaignArgument
    @Argument(help: "The campaign's folder.", completion: .directory) var folder: String

    func run() async throws {
        let draft = try CampaignFolder(path: folder).draft
        try await Session.run(common) { session in
            let account = try await session.account(of: campaign.id)
            let requests = CampaignRequests(session.database, account: account)
            guard let version = try await requests.change(campaign.id, to: draft) else {
                throw AdminFailure(.badData, "campaign \(campaign.id) no longer exists")
            }
            if output.json {
                session.console.print(["campaign": .number(campaign.id), "version": .number(version)])
            } else {
                session.console.print("campaign \(campaign.id) is now at version \(version)")
            }
        }
    }
}
