import Core
import DatabaseClient

extension PostgresDeliveryStore {
    package func fetch(_ keys: [DeliveryKey]) async throws -> [FetchedRecipient] {
        let ranges = DeliveryRanges(keys.sorted(), by: \.self)
        return try await pool.withConnection { connection in
            try await connection.rows(
                .fetchRecipients,
                [.int32s(ranges.campaigns), .int32s(ranges.firsts), .int32s(ranges.lasts)]
            ) { row in
                FetchedRecipient(
                    key: DeliveryKey(campaign: try row.int32(0), seq: try row.int32(1)),
                    attempt: try row.int16(2),
                    redeliveries: try row.int16(3),
                    contactVersion: try row.int32(4),
                    address: try row.bytes(5),
                    attributes: try row.bytes(6),
                    addressHash: try row.bytes(7)
                )
            }
        }
    }

    package func message(of campaign: CampaignID) async throws -> CampaignVersion? {
        try await pool.withConnection { connection in
            try await connection.rows(.campaignVersion, [.int32(campaign)]) { try CampaignVersion($0) }
        }.first
    }

    package func markFirstRedelivery(_ keys: [DeliveryKey]) async throws -> Set<DeliveryKey> {
        Set(
            try await pool.withConnection { connection in
                try await connection.rows(
                    .raiseFirstRedelivery,
                    [.int32s(keys.map(\.campaign)), .int32s(keys.map(\.seq))]
                ) { DeliveryKey(campaign: try $0.int32(0), seq: try $0.int32(1)) }
            }
        )
    }

    package func markRedelivered(_ key: DeliveryKey) async throws -> Int16? {
        try await pool.withConnection { connection in
            try await connection.rows(.raiseRedeliveries, [.int32(key.campaign), .int32(key.seq)]) { try $0.int16(0) }
        }.first
    }

    package func clearRedelivered(_ keys: [DeliveryKey]) async throws {
        guard !keys.isEmpty else { return }
        _ = try await pool.withConnection { connection in
            try await connection.run(.clearRedeliveries, [.int32s(keys.map(\.campaign)), .int32s(keys.map(\.seq))])
        }
    }
}

extension Statement {
    /// Reads recipients still to be mailed, with the data for their messages.
    ///
    /// `$1` to `$3` ranges of rows: campaigns, first and last seqs.
    static let fetchRecipients = Statement(
        "fetch-recipients",
        role: .worker,
        isHot: true,
        """
        SELECT d.campaign_id, d.seq, d.attempt, d.suspect, c.version, c.address, c.attributes, c.address_hash
        FROM unnest($1::int[], $2::int[], $3::int[]) AS a(campaign_id, first, last)
        JOIN deliveries d ON d.campaign_id = a.campaign_id AND d.seq BETWEEN a.first AND a.last
        -- One contact at a time: with as many rows as a range of a large table may have, all contacts would be read.
        CROSS JOIN LATERAL (
            SELECT c.version, c.address, c.attributes::text, c.address_hash FROM contacts c
            WHERE c.contact_id = d.contact_id AND c.status = \(ContactStatus.active.sql) LIMIT 1
        ) AS c
        WHERE d.state IN (\(DeliveryState.waiting.sql))
        """
    )

    /// A campaign's frozen version, and its account.
    ///
    /// `$1` campaign.
    static let campaignVersion = Statement(
        "frozen-message",
        role: .worker,
        """
        SELECT c.campaign_id, c.account_id, v.version, c.name, c.kind, c.tracking, c.policy, c.list_id, l.name, a.name,
               v.subject, v.html, v.plain, v.settings::text
        FROM campaigns c
        JOIN campaign_versions v ON v.campaign_id = c.campaign_id AND v.version = c.version
        JOIN lists l ON l.list_id = c.list_id
        JOIN accounts a ON a.account_id = c.account_id
        WHERE c.campaign_id = $1
        """
    )

    /// Counts rows that are redelivered for the first time: any of them may have crashed their worker.
    ///
    /// Locked in the order in which a claim locks rows. `$1` campaigns; `$2` seqs.
    static let raiseFirstRedelivery = Statement(
        "raise-first-redelivery",
        role: .worker,
        isHot: true,
        """
        WITH asked AS MATERIALIZED (
            SELECT d.campaign_id, d.seq
            FROM unnest($1::int[], $2::int[]) AS a(campaign_id, seq)
            JOIN deliveries d ON d.campaign_id = a.campaign_id AND d.seq = a.seq AND d.suspect = 0
                AND d.state IN (\(DeliveryState.waiting.sql))
            ORDER BY d.campaign_id, d.seq FOR NO KEY UPDATE OF d
        )
        UPDATE deliveries d SET suspect = 1
        FROM asked a WHERE d.campaign_id = a.campaign_id AND d.seq = a.seq
        RETURNING d.campaign_id, d.seq
        """
    )

    /// Counts a redelivered row that may have crashed its worker.
    ///
    /// `$1` campaign; `$2` seq.
    static let raiseRedeliveries = Statement(
        "raise-suspicion",
        role: .worker,
        isHot: true,
        """
        UPDATE deliveries SET suspect = suspect + 1
        WHERE campaign_id = $1 AND seq = $2 AND state IN (\(DeliveryState.waiting.sql))
        RETURNING suspect
        """
    )

    /// Takes that count back, in the order in which a claim locks rows: of a message that workers died of while they sent
    /// it, what is left stays.
    ///
    /// `$1` campaigns; `$2` seqs.
    static let clearRedeliveries = Statement(
        "drop-suspicion",
        role: .worker,
        isHot: true,
        """
        WITH asked AS MATERIALIZED (
            SELECT d.campaign_id, d.seq
            FROM unnest($1::int[], $2::int[]) AS a(campaign_id, seq)
            JOIN deliveries d ON d.campaign_id = a.campaign_id AND d.seq = a.seq AND d.suspect > 0
            ORDER BY d.campaign_id, d.seq FOR NO KEY UPDATE OF d
        )
        UPDATE deliveries d SET suspect = d.suspect - 1
        FROM asked a WHERE d.campaign_id = a.campaign_id AND d.seq = a.seq
        """
    )
}
