import Core
import Database
import DatabaseClient

/// An operator's requests about a campaign, by command, API or click.
///
/// ``CampaignState/states(allowing:)`` defines what each state allows, ``RequestRefused`` explains refusals.
package struct CampaignRequests: Sendable {
    private let database: AccountDatabase
    private let account: AccountID

    package init(_ database: AccountDatabase, account: AccountID) {
        self.database = database
        self.account = account
    }

    /// Requests a start, now or at a time; a producer then freezes and sends the campaign.
    ///
    /// - Returns: The campaign; `nil` where the account has none of that number.
    /// - Throws: ``RequestRefused``; nothing has changed then.
    package func start(_ campaign: CampaignID, at moment: Double? = nil) async throws -> CampaignOverview? {
        try await database.transaction(account: account) { [account, actor = database.actor] connection in
            try connection.startCampaign(campaign, account: account, at: moment, by: actor)
        }
    }

    /// Starts, pauses, resumes or cancels a campaign.
    ///
    /// - Returns: The campaign; `nil` where the account has none of that number.
    /// - Throws: ``RequestRefused``; nothing has changed then.
    package func ask(_ request: CampaignState.Request, of campaign: CampaignID) async throws -> CampaignOverview? {
        guard request != .start else { return try await start(campaign) }
        guard try await database.campaign(campaign, account: account) != nil else { return nil }
        try await database.ask(request, of: campaign, account: account)
        return try await database.campaign(campaign, account: account)
    }

    /// Stores a new version of a draft.
    ///
    /// - Returns: Its number; `nil` where the account has no campaign of that number.
    /// - Throws: ``ChangeRefused`` if it is no longer a draft.
    package func change(_ campaign: CampaignID, to draft: CampaignDraft) async throws -> Int32? {
        if let version = try await database.updateCampaign(campaign, draft, account: account) { return version }
        guard let found = try await database.campaign(campaign, account: account) else { return nil }
        throw ChangeRefused(campaign: campaign, state: found.report.state)
    }
}

extension PostgresConnection {
    /// A start less than this far in the future counts as now.
    private static let graceSeconds = 60.0

    /// Starts a campaign in the caller's transaction, which is bound to the account and also stores the
    /// Idempotency-Key.
    ///
    /// - Returns: The campaign; `nil` where the account has none of that number.
    /// - Throws: ``RequestRefused``.
    package func startCampaign(
        _ campaign: CampaignID,
        account: AccountID,
        at moment: Double?,
        by actor: String
    ) throws -> CampaignOverview? {
        guard let found = try self.campaign(campaign) else { return nil }
        if let moment, moment <= found.report.readAt - Self.graceSeconds {
            throw RequestRefused(campaign: campaign, request: .start, why: .past)
        }
        try start(campaign, account: account, at: moment, by: actor)
        return try self.campaign(campaign)
    }
}
