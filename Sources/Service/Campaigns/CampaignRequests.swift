import Core
import Database
import DatabaseClient

/// An operator's requests about a campaign, by command, API or click.
///
/// ``CampaignState/states(allowing:)`` defines what each state allows, ``RequestRefused`` explains refusals.
package struct CampaignRequests<Place: RenderPlace>: Sendable {
    private let database: AccountDatabase
    private let account: AccountID
    private let place: Place

    /// - Parameters:
    ///   - database: Whose actor the audit log names.
    ///   - account: Whose campaigns they are.
    ///   - place: Where messages are rendered for a check.
    package init(_ database: AccountDatabase, account: AccountID, place: Place = RenderHere()) {
        self.database = database
        self.account = account
        self.place = place
    }

    /// Whether the campaign's messages could be made if it started now; changes nothing.
    ///
    /// - Returns: `nil` where the account has no campaign of that number.
    package func readiness(of campaign: CampaignID) async throws -> CampaignReadiness? {
        guard let message = try await database.message(of: campaign, account: account) else { return nil }
        return try await CampaignReadiness(of: message, in: database, on: place)
    }

    /// The same before a start; `nil` where no start is possible, which the start says in its own words.
    package func readinessToStart(_ campaign: CampaignID) async throws -> CampaignReadiness? {
        guard let found = try await database.campaign(campaign, account: account),
            CampaignState.states(allowing: .start).contains(found.report.state)
        else { return nil }
        return try await readiness(of: campaign)
    }

    /// Requests a start, now or at a time; a producer then freezes and sends the campaign.
    ///
    /// - Parameters:
    ///   - campaign: A draft, or one that waits for its time.
    ///   - moment: Seconds since 1970; `nil` is now.
    ///   - anyway: Start it whatever its check finds.
    /// - Returns: The campaign, and what its check found; `nil` where the account has none of that number.
    /// - Throws: ``RequestRefused``; nothing has changed then.
    package func start(
        _ campaign: CampaignID,
        at moment: Double? = nil,
        anyway: Bool = false
    ) async throws -> (campaign: CampaignOverview, readiness: CampaignReadiness?)? {
        let readiness = try await readinessToStart(campaign)
        let started = try await database.transaction(account: account) { [account, actor = database.actor] connection in
            try connection.startCampaign(
                campaign,
                account: account,
                at: moment,
                readiness: readiness,
                anyway: anyway,
                by: actor
            )
        }
        return started.map { ($0, readiness) }
    }

    /// Starts, pauses, resumes, cancels or unschedules a campaign.
    ///
    /// - Returns: The campaign; `nil` where the account has none of that number.
    /// - Throws: ``RequestRefused``; nothing has changed then.
    package func ask(
        _ request: CampaignState.Request,
        of campaign: CampaignID,
        anyway: Bool = false
    ) async throws -> CampaignOverview? {
        guard request != .start else { return try await start(campaign, anyway: anyway)?.campaign }
        guard try await database.campaign(campaign, account: account) != nil else { return nil }
        try await database.ask(request, of: campaign, account: account)
        return try await database.campaign(campaign, account: account)
    }

    /// Stores a new version of a draft or a scheduled campaign. A scheduled one starts on its own, so its new version must
    /// pass the check of a start.
    ///
    /// - Returns: The version's number; `nil` where the account has no campaign of that number.
    /// - Throws: ``ChangeRefused``; nothing has changed then.
    package func change(_ campaign: CampaignID, to draft: CampaignDraft) async throws -> Int32? {
        guard let found = try await database.campaign(campaign, account: account) else { return nil }
        let state = found.report.state
        guard CampaignState.editable.contains(state) else { throw ChangeRefused(campaign: campaign, state: state) }
        if state == .scheduled {
            let message = draft.message(campaign: campaign, account: account, list: found.traits.list)
            let problems = try await CampaignReadiness(of: message, in: database, on: place).messageProblems
            guard problems.isEmpty else {
                throw ChangeRefused(campaign: campaign, state: .scheduled, problems: problems)
            }
        }
        let version = try await database.updateCampaign(campaign, draft, account: account, in: state)
        // Started, scheduled or unscheduled meanwhile: what may be done is decided again.
        return if let version { version } else { try await change(campaign, to: draft) }
    }
}

extension PostgresConnection {
    /// A start less than this far in the future counts as now.
    private static let graceSeconds = 60.0

    /// Starts a campaign in the caller's transaction, which is bound to the account and also stores the
    /// Idempotency-Key.
    ///
    /// `readiness`: What its check found, before the transaction.
    ///
    /// - Returns: The campaign; `nil` where the account has none of that number.
    /// - Throws: ``RequestRefused``.
    package func startCampaign(
        _ campaign: CampaignID,
        account: AccountID,
        at moment: Double?,
        readiness: CampaignReadiness?,
        anyway: Bool,
        by actor: String
    ) throws -> CampaignOverview? {
        guard let found = try self.campaign(campaign) else { return nil }
        func refused(_ why: RequestRefused.Why) -> RequestRefused {
            RequestRefused(campaign: campaign, request: .start, why: why)
        }
        if let moment, moment <= found.report.readAt - Self.graceSeconds { throw refused(.past) }
        let problems = readiness?.problems ?? []
        let note = problems.isEmpty ? "" : "anyway: " + problems.joined(separator: "; ")
        // First of all what cannot be overruled: its state, and an empty list.
        try start(campaign, account: account, at: moment, by: actor, note: note)
        guard let readiness, readiness.version == found.traits.version else { throw refused(.changed) }
        guard problems.isEmpty || anyway else { throw refused(.notReady(problems)) }
        return try self.campaign(campaign)
    }
}
