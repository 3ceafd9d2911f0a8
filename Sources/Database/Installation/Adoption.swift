import Core
import DatabaseClient

extension AccountDatabase {
    /// Stops the campaigns that would send: running ones are paused, scheduled and starting ones become drafts.
    ///
    /// Safe to repeat.
    ///
    /// - Returns: Their numbers.
    package func holdCampaigns(of account: AccountID, reason: String) async throws -> [CampaignID] {
        try await transaction(account: account) { connection in
            let open = try connection.rows(.campaignsThatSend) { try $0.int32(0) }
            // Each lock is a statement of its own before the change, as for a pause.
            for campaign in open { try connection.run(.lockCampaign, [.int32(campaign)]) }
            let held = try connection.rows(.holdCampaigns, [.int32s(open)]) { try $0.int32(0) }
            for campaign in held {
                let entry = AuditEntry("campaign.hold", "campaign \(campaign)", reason: reason)
                try connection.write(entry, by: actor, account: account)
            }
            return held.sorted()
        }
    }

    /// Lets this database, on this server, send.
    ///
    /// `newest`: The latest generation that any restore guard remembers.
    package func adoptInstallation(newest: Int64, reason: String) async throws {
        try await transaction(account: nil) { connection in
            try connection.run(.adoptInstallation, [.int64(newest)])
            try connection.write(
                AuditEntry("installation.adopt", "this database", reason: reason),
                by: actor,
                account: nil
            )
        }
    }
}

extension Statement {
    static let campaignsThatSend = Statement(
        "campaigns-that-send",
        role: .admin,
        """
        SELECT campaign_id FROM campaigns
        WHERE state IN (\(CampaignState.toStart.sql), \(CampaignState.running.sql)) ORDER BY campaign_id
        """
    )
    /// `$1` campaigns.
    static let holdCampaigns = Statement(
        "hold-campaigns",
        role: .admin,
        """
        UPDATE campaigns SET state = CASE WHEN state = \(CampaignState.running.sql) THEN \(CampaignState.paused.sql)
                                          ELSE \(CampaignState.draft.sql) END,
                             start_at = CASE WHEN state = \(CampaignState.running.sql) THEN start_at END
        WHERE campaign_id = ANY ($1::int[]) AND state IN (\(CampaignState.toStart.sql), \(CampaignState.running.sql))
        RETURNING campaign_id
        """
    )
    /// Flight logs are of workers that knew more than this database: they are not believed that a message never left.
    ///
    /// `$1` the newest generation of any restore guard.
    static let adoptInstallation = Statement(
        "adopt-installation",
        role: .admin,
        """
        WITH disbelieved AS (UPDATE workers SET keeps_log = false)
        UPDATE installation i
        SET journal_generation = i.journal_generation + 1, journal_ahead = '', journal_call = 0,
            system_identifier = p.system_identifier, timeline = server_timeline(), raised_at = now(),
            -- Far ahead of every unread state folder: starts and minutes add one each.
            generation = greatest(i.generation, $1::bigint, floor(extract(epoch FROM now()) / 60)::bigint) + 1000000
        FROM pg_control_system() p
        """
    )
}
