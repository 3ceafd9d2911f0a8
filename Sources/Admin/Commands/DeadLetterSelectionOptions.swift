import ArgumentParser
import Core
import Database

/// The dead letters to decide about: by number, or all of a cause, a campaign, or both.
struct DeadLetterSelectionOptions: ParsableArguments {
    @Argument(help: "Numbers of dead letters.") var ids: [Int64] = []
    @Option(help: "All with this cause: \(DeadLetter.Reason.allCases.map(\.name).joined(separator: ", ")).")
    var cause: DeadLetter.Reason?
    @Option(help: "All of this campaign.") var campaign: CampaignID?
    @Option(help: "With --cause: only this account's.") var account: String?

    func validate() throws {
        let isBySet = cause != nil || campaign != nil
        guard ids.isEmpty == isBySet else {
            throw ValidationError("name dead letters either by number or by --cause or --campaign")
        }
        guard account == nil || cause != nil && campaign == nil else {
            throw ValidationError("--account goes only with --cause; a campaign or a number implies its account")
        }
    }

    /// The affected accounts, each with its selection.
    func resolve(_ session: Session) async throws -> (accounts: [AccountID?], selection: DeadLetterSelection) {
        guard ids.isEmpty else {
            var accounts: [AccountID?] = []
            for id in ids {
                let account = try await session.deadLetter(id).account
                if !accounts.contains(account) { accounts.append(account) }
            }
            return (accounts, DeadLetterSelection(ids: ids))
        }
        return (
            try await session.deadLetterAccounts(campaign: campaign, account: account),
            DeadLetterSelection(reason: cause, campaign: campaign)
        )
    }
}

extension DeadLetter.Reason: ExpressibleByArgument {
    /// - Parameter argument: The reason's name.
    package init?(argument: String) {
        guard let reason = Self.allCases.first(where: { $0.name == argument }) else { return nil }
        self = reason
    }

    package static var allValueStrings: [String] { allCases.map(\.name) }
}
