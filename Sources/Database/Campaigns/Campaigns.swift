import Core
import DatabaseClient

/// A campaign's message and rules, as written by its author.
package struct CampaignDraft: Sendable {
    package let name: String
    package let kind: CampaignKind
    package let policy: DeliveryPolicy
    package let tracking: TrackingMode
    /// An interval as PostgreSQL reads it: `3 days`.
    package let lifetime: String
    package let subject: String
    package let html: String
    package let plain: String?
    /// JSON, see ``CampaignSettings``.
    package let settings: String

    package init(
        name: String,
        kind: CampaignKind,
        policy: DeliveryPolicy,
        tracking: TrackingMode,
        lifetime: String,
        subject: String,
        html: String,
        plain: String?,
        settings: String
    ) {
        self.name = name
        self.kind = kind
        self.policy = policy
        self.tracking = tracking
        self.lifetime = lifetime
        self.subject = subject
        self.html = html
        self.plain = plain
        self.settings = settings
    }
}

extension AccountDatabase {
    /// A campaign's account; `nil` if there is no such campaign.
    package func account(of campaign: CampaignID) async throws -> AccountID? {
        try await transaction(account: nil) { connection in
            try connection.rows(.accountOfCampaign, [.int32(campaign)]) { try $0.optionalInt32(0) }.first ?? nil
        }
    }

    /// Stores a draft as version 1 of a new campaign.
    ///
    /// - Throws: ``TrackingRefused``; nothing has changed then.
    package func createCampaign(_ draft: CampaignDraft, account: AccountID, list: Int32) async throws -> CampaignID {
        try await transaction(account: account) { connection in
            try connection.createCampaign(draft, account: account, list: list, by: actor)
        }
    }

    /// Stores the next version of a draft or a scheduled campaign.
    ///
    /// `state`: The campaign's state when it was read.
    /// - Returns: The version's number; `nil` if the campaign's state has changed.
    /// - Throws: ``TrackingRefused``; nothing has changed then.
    package func updateCampaign(
        _ id: CampaignID,
        _ draft: CampaignDraft,
        account: AccountID,
        in state: CampaignState
    ) async throws -> Int32? {
        guard CampaignState.editable.contains(state) else { return nil }
        return try await transaction(account: account) { connection in
            let values: [PostgresValue] = [
                .int32(id), .text(draft.name), .int16(draft.kind.rawValue), .int16(draft.policy.rawValue),
                .int16(draft.tracking.rawValue), .text(draft.lifetime), .int16(state.rawValue),
            ]
            let changed = try withinConsent { try connection.run(.updateCampaign, values) }
            guard changed == 1 else { return nil }
            let versions = try connection.rows(.insertVersion, draft.version(of: id, account: account)) {
                try $0.int32(0)
            }
            try connection.write(AuditEntry("campaign.update", "campaign \(id)"), by: actor, account: account)
            return try versions.only(of: .insertVersion)
        }
    }

    /// Requests a start: the producer that leases the campaign freezes and sends it. It does not check the message.
    ///
    /// - Parameters:
    ///   - campaign: A draft, or a scheduled campaign.
    ///   - account: Its account.
    ///   - moment: Seconds since 1970; `nil` is now.
    /// - Throws: ``RequestRefused``; nothing has changed then.
    package func start(_ campaign: CampaignID, account: AccountID, at moment: Double?) async throws {
        try await transaction(account: account) { connection in
            try connection.start(campaign, account: account, at: moment, by: actor)
        }
    }

    /// Pauses, resumes or cancels a campaign, or makes one that was to start a draft again.
    ///
    /// Pause and cancel wait for the claims in progress: once they return, no claim commits any more.
    ///
    /// - Throws: ``RequestRefused``; nothing has changed then.
    package func ask(_ request: CampaignState.Request, of campaign: CampaignID, account: AccountID) async throws {
        let next: CampaignState =
            switch request {
            case .start: .starting
            case .pause: .paused
            case .resume: .running
            case .cancel: .cancelling
            case .unschedule: .draft
            }
        try await transaction(account: account) { connection in
            // A statement of its own, so that the update's snapshot is younger than the lock.
            if request != .resume { try connection.run(.lockCampaign, [.int32(campaign)]) }
            let allowed = CampaignState.states(allowing: request).map(\.rawValue)
            let changed = try connection.run(
                .changeState,
                [.int32(campaign), .int16s(allowed), .int16(next.rawValue)]
            )
            guard changed == 1 else {
                throw RequestRefused(
                    campaign: campaign,
                    request: request,
                    why: .state(try connection.state(of: campaign))
                )
            }
            let entry = AuditEntry("campaign.\(request.rawValue)", "campaign \(campaign)")
            try connection.write(entry, by: actor, account: account)
        }
    }

    /// The newest version of a campaign's message, as it would be frozen now.
    package func message(of campaign: CampaignID, account: AccountID) async throws -> CampaignVersion? {
        try await transaction(account: account) { connection in
            try connection.rows(.newestVersion, [.int32(campaign)]) { try CampaignVersion($0) }.first
        }
    }
}

extension PostgresConnection {
    /// The same in the caller's transaction, which sees the account; it writes to the audit log.
    package func createCampaign(
        _ draft: CampaignDraft,
        account: AccountID,
        list: Int32,
        by actor: String
    ) throws -> CampaignID {
        let values: [PostgresValue] = [
            .int32(account), .int32(list), .text(draft.name), .int16(draft.kind.rawValue),
            .int16(draft.policy.rawValue), .int16(draft.tracking.rawValue), .text(draft.lifetime),
        ]
        let ids = try withinConsent { try rows(.insertCampaign, values) { try $0.int32(0) } }
        let id = try ids.only(of: .insertCampaign)
        try run(.insertVersion, draft.version(of: id, account: account))
        try write(AuditEntry("campaign.create", "campaign \(id)"), by: actor, account: account)
        return id
    }

    /// The same in the caller's transaction, which sees the account; it writes to the audit log.
    ///
    /// `note`: What the audit log says besides the time.
    package func start(
        _ campaign: CampaignID,
        account: AccountID,
        at moment: Double?,
        by actor: String,
        note: String = ""
    ) throws {
        let when = moment.map { PostgresValue.timestamp(secondsSinceEpoch: $0) } ?? .null
        let changed = try run(.startCampaign, [.int32(campaign), when])
        guard changed == 0 else {
            let time = moment.map { "at \(Timestamp.text($0))" } ?? ""
            let reason = [time, note].filter { !$0.isEmpty }.joined(separator: "; ")
            let entry = AuditEntry("campaign.start", "campaign \(campaign)", reason: reason)
            return try write(entry, by: actor, account: account)
        }
        let state = try state(of: campaign)
        let followed = try rows(.followedCampaign, [.int32(campaign)]) { try $0.int32(0) }.first
        let nobody = followed.map { RequestRefused.Why.nobodyLeft(by: $0) } ?? .emptyList
        throw RequestRefused(campaign: campaign, request: .start, why: state == .draft ? nobody : .state(state))
    }
}

/// Gives the one refusal of campaigns by a trigger, `limit_tracking`, its words; it names no constraint.
func withinConsent<Value>(_ write: () throws -> Value) throws -> Value {
    do {
        return try write()
    } catch let error as PostgresError where error.kind == .checkViolation && error.constraint == nil {
        throw TrackingRefused()
    }
}

extension CampaignDraft {
    fileprivate func version(of id: CampaignID, account: AccountID) -> [PostgresValue] {
        [
            .int32(id), .int32(account), .text(subject), .text(html), plain.map { .text($0) } ?? .null,
            .json(settings),
        ]
    }
}

extension PostgresConnection {
    func state(of campaign: CampaignID) throws -> CampaignState {
        let states = try rows(.stateOfCampaign, [.int32(campaign)]) { try $0.int16(0) }
        let number = try states.only(of: .stateOfCampaign)
        guard let state = CampaignState(rawValue: number) else {
            throw PostgresError.misuse("state \(number) is unknown", statement: Statement.stateOfCampaign.name)
        }
        return state
    }
}

extension Statement {
    /// `$1` campaign.
    static let accountOfCampaign = Statement(
        "account-of-campaign",
        roles: [.admin, .web, .inbound],
        "SELECT account_of_campaign($1::int)"
    )
    /// `$1` account; `$2` list; `$3` name; `$4` kind; `$5` policy; `$6` tracking; `$7` lifetime.
    static let insertCampaign = Statement(
        "insert-campaign",
        roles: [.admin, .web],
        """
        INSERT INTO campaigns (account_id, list_id, name, kind, policy, tracking, lifetime)
        VALUES ($1, $2, $3, $4, $5, $6, $7::text::interval) RETURNING campaign_id
        """
    )
    /// `$1` campaign; `$2` name; `$3` kind; `$4` policy; `$5` tracking; `$6` lifetime; `$7` the
    /// state that it is in.
    static let updateCampaign = Statement(
        "update-campaign",
        roles: [.admin, .web],
        """
        UPDATE campaigns SET name = $2, kind = $3, policy = $4, tracking = $5, lifetime = $6::text::interval
        WHERE campaign_id = $1 AND state = $7
        """
    )
    /// `$1` campaign; `$2` account; `$3` subject; `$4` HTML; `$5` plain text or NULL; `$6` settings.
    static let insertVersion = Statement(
        "insert-version",
        roles: [.admin, .web],
        """
        INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, plain, settings)
        SELECT $1, COALESCE(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM campaign_versions WHERE campaign_id = $1
        RETURNING version
        """
    )
    /// A scheduled campaign, or one that missed its start, gets the new time. `$1` campaign; `$2` when, NULL for now.
    static let startCampaign = Statement(
        "start-campaign",
        roles: [.admin, .web],
        """
        UPDATE campaigns c
        SET state = CASE WHEN $2::timestamptz > now() THEN \(CampaignState.scheduled.sql)
                         ELSE \(CampaignState.starting.sql) END,
            start_at = COALESCE($2::timestamptz, now())
        WHERE c.campaign_id = $1 AND c.state IN (\(CampaignState.states(allowing: .start).sql))
          AND CASE WHEN c.follows IS NULL
              THEN EXISTS (
                  SELECT FROM list_members m
                  WHERE m.list_id = c.list_id
                    AND (m.status = \(MembershipStatus.subscribed.sql) OR c.kind = \(CampaignKind.transactional.sql)))
              ELSE EXISTS (SELECT FROM deliveries d WHERE d.campaign_id = c.follows AND d.state = c.follows_state) END
        """
    )
    /// Waits for the claims in progress, and makes new ones wait; `$1` campaign.
    static let lockCampaign = Statement(
        "lock-campaign",
        roles: [.admin, .web],
        "SELECT pg_advisory_xact_lock(\(AdvisoryLock.campaign.sql), $1)::text"
    )
    /// A resumed campaign's jobs were acknowledged while it was paused: they are published again. A draft has no start
    /// time.
    ///
    /// `$1` campaign; `$2` states that allow it; `$3` next state.
    static let changeState = Statement(
        "change-state",
        roles: [.admin, .web],
        """
        UPDATE campaigns SET state = $3, republish = republish OR $3::smallint = \(CampaignState.running.sql),
            held_because = '',
            start_at = CASE WHEN $3::smallint = \(CampaignState.draft.sql) THEN NULL ELSE start_at END,
            dead_before = CASE WHEN $3::smallint = \(CampaignState.running.sql)
                THEN (SELECT COALESCE(sum(dead), 0) FROM counters k WHERE k.campaign_id = $1) ELSE dead_before END,
            complaints_before = CASE WHEN $3::smallint = \(CampaignState.running.sql)
                THEN (SELECT count(DISTINCT b.seq) FROM bounces b
                      WHERE b.campaign_id = $1 AND b.kind = \(BounceKind.complaint.sql))
                ELSE complaints_before END,
            account_complaints_before = CASE WHEN $3::smallint = \(CampaignState.running.sql)
                THEN (SELECT count(DISTINCT (b.campaign_id, b.seq)) FROM bounces b JOIN campaigns c USING (campaign_id)
                      WHERE b.account_id = campaigns.account_id AND b.kind = \(BounceKind.complaint.sql)
                        AND c.started_at > now() - interval '30 days')
                ELSE account_complaints_before END
        WHERE campaign_id = $1 AND state = ANY($2::smallint[])
        """
    )
    /// `$1` campaign.
    static let stateOfCampaign = Statement(
        "state-of-campaign",
        roles: [.admin, .web],
        "SELECT state FROM campaigns WHERE campaign_id = $1"
    )
    /// `$1` campaign.
    static let followedCampaign = Statement(
        "followed-campaign",
        roles: [.admin, .web],
        "SELECT follows FROM campaigns WHERE campaign_id = $1 AND follows IS NOT NULL"
    )
    /// `$1` campaign.
    static let newestVersion = Statement(
        "newest-message",
        roles: [.admin, .web],
        """
        SELECT c.campaign_id, c.account_id, v.version, c.name, c.kind, c.tracking, c.policy, c.list_id, l.name, a.name,
               v.subject, v.html, v.plain, v.settings
        FROM campaigns c
        JOIN campaign_versions v ON v.campaign_id = c.campaign_id
        JOIN lists l ON l.list_id = c.list_id
        JOIN accounts a ON a.account_id = c.account_id
        WHERE c.campaign_id = $1 ORDER BY v.version DESC LIMIT 1
        """
    )
}
