import ArgumentParser
import Core
import Database
import Service

/// What the folder of a campaign is, for the help of both commands that read one.
private let folderHelp = """
    The folder has subject.mustache, body.html.mustache and campaign.yaml; body.txt.mustache if the text part is not to \
    be made from the HTML; partials/NAME.mustache for {{> NAME}}.

    campaign.yaml:
      name: Fresh horses
      from:
        name: The stables
        address: stables@example.net
      reply_to: answers@example.net    # optional, as all below
      kind: marketing                  # or transactional: obeys only suppressions of all mail
      policy: at-most-once             # or at-least-once: what a crash leaves unknown is sent again
      tracking: aggregate              # or none, individual
      language: en                     # of the unsubscribe link: en, de, es, fr
      lifetime: 3 days                 # after the start, until what is left expires
      defaults:                        # for fields that a contact does not have
        name: friend
    """

struct CampaignCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a campaign from a folder; nothing is sent.",
        discussion: folderHelp
    )
    @OptionGroup var common: CommonOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var account: AccountOption
    @Option(help: "The name of the list that it goes to.") var list: String
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
        abstract: "Give a campaign that has not been started a new version from a folder.",
        discussion: folderHelp
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
                throw AdminFailure(.badData, "campaign \(campaign.id) is gone")
            }
            if output.json {
                session.console.print(["campaign": .number(campaign.id), "version": .number(version)])
            } else {
                session.console.print("campaign \(campaign.id) has version \(version) now")
            }
        }
    }
}
