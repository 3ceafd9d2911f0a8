import Core
import DatabaseClient

/// Freezes a starting campaign: audience, lanes, message and links, in one transaction.
package struct FreezeStore: Sendable {
    private let pool: PostgresPool
    private let token: Int64
    private let few: Int

    /// - Parameters:
    ///   - pool: Of the producer.
    ///   - token: The producer's lease token.
    ///   - few: So many recipients at most are each looked up among the opt-outs; with more it is the other way round.
    package init(_ pool: PostgresPool, token: Int64, few: Int = 10_000) {
        self.pool = pool
        self.token = token
        self.few = few
    }

    /// The result of a freeze.
    package struct Frozen: Sendable {
        package let audience: Int
        package let optedOut: Int
    }

    /// Freezes a campaign.
    ///
    /// `links`: Compiles the message and returns the URLs of its links, numbered from 1; an error stops the freeze and
    /// leaves the campaign unchanged.
    /// - Returns: `nil` if the campaign is no longer starting, or another producer has it.
    package func freeze(
        _ campaign: CampaignID,
        links: @escaping @Sendable (CampaignVersion) throws -> [(number: Int32, url: String)]
    ) async throws -> Frozen? {
        let (token, few) = (token, few)
        let frozen = try await pool.withConnection { connection in
            try await connection.transaction { connection -> Frozen? in
                let found = try connection.rows(.campaignToFreeze, [.int32(campaign), .int64(token)]) { row in
                    (
                        try row.int32(0), try row.int32(1), try row.int16(2), try row.int32(3),
                        try row.optionalInt32(4),
                        try row.optionalInt16(5)
                    )
                }
                guard let (account, list, kind, version, followed, state) = found.first else { return nil }
                let messages = try connection.rows(.versionToFreeze, [.int32(campaign), .int32(version)]) { row in
                    try CampaignVersion(row)
                }
                let urls = try messages.first.map(links) ?? []
                let members: [PostgresValue] = [.int32(campaign), .int32(account), .int32(list), .int16(kind)]
                let audience =
                    if let followed, let state {
                        try connection.run(.freezeFollowers, members + [.int32(followed), .int16(state)])
                    } else {
                        try connection.run(.freezeAudience, members)
                    }
                try connection.run(.freezeLanes, [.int32(campaign), .int32(account)])
                try connection.run(
                    .freezeLinks,
                    [
                        .int32(campaign), .int32(version), .int32(account), .int32s(urls.map(\.number)),
                        .texts(urls.map(\.url)),
                    ]
                )
                // From here on a suppression waits for the freeze, and then finds the campaign running.
                try connection.run(.lockAccount, [.int32(account)])
                let optedOut = try connection.run(audience > few ? .freezeOptOuts : .freezeOptOutsOfFew, members)
                try connection.run(.startFrozen, [.int32(campaign), .int32(version), .int32(Int32(audience))])
                return Frozen(audience: audience, optedOut: optedOut)
            }
        }
        if frozen != nil {
            _ = try await pool.withConnection { try await $0.run(.analyzeGrownTables, [.int32(campaign)]) }
        }
        return frozen
    }
}

/// How a campaign is frozen: its audience, its lanes, its message. All of it in one transaction.
extension Statement {
    /// Locks a starting campaign.
    ///
    /// `$1` campaign; `$2` the producer's token.
    static let campaignToFreeze = Statement(
        "campaign-to-freeze",
        role: .producer,
        """
        SELECT c.account_id, c.list_id, c.kind, (SELECT max(version) FROM campaign_versions v WHERE v.campaign_id = $1),
               c.follows, c.follows_state
        FROM campaigns c
        WHERE c.campaign_id = $1 AND c.lease_token = $2 AND c.state = \(CampaignState.starting.sql)
          AND c.start_at <= now() FOR UPDATE
        """
    )

    /// Writes a row per recipient, numbered by lane, so that each lane is one contiguous range.
    ///
    /// Marketing goes to subscribed members, transactional mail to all members.
    /// `$1` campaign; `$2` account; `$3` list; `$4` kind.
    static let freezeAudience = Statement(
        "freeze-audience",
        role: .producer,
        """
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
        SELECT $1, row_number() OVER (ORDER BY lane_id, contact_id), $2, contact_id, $3, lane_id
        FROM (
            SELECT m.contact_id, COALESCE(l.lane_id, 1) AS lane_id
            FROM list_members m
            -- From the members to their contacts, never through all contacts of the account.
            CROSS JOIN LATERAL (
                SELECT c.domain FROM contacts c
                WHERE c.contact_id = m.contact_id AND c.account_id = $2 AND c.status = \(ContactStatus.active.sql)
                LIMIT 1
            ) AS c
            LEFT JOIN lane_domains l ON l.domain = c.domain
            WHERE m.list_id = $3 AND m.account_id = $2
              AND (m.status = \(MembershipStatus.subscribed.sql) OR $4::smallint <> \(CampaignKind.marketing.sql))
        ) AS members
        """
    )

    /// The same for a follow-up: the followed campaign's recipients in a state.
    ///
    /// `$1` campaign; `$2` account; `$3` list; `$4` kind; `$5` the followed campaign; `$6` the state.
    static let freezeFollowers = Statement(
        "freeze-followers",
        role: .producer,
        """
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
        SELECT $1, row_number() OVER (ORDER BY lane_id, contact_id), $2, contact_id, $3, lane_id
        FROM (
            SELECT d.contact_id, COALESCE(l.lane_id, 1) AS lane_id
            FROM deliveries d
            CROSS JOIN LATERAL (
                SELECT c.domain FROM contacts c
                WHERE c.contact_id = d.contact_id AND c.account_id = $2 AND c.status = \(ContactStatus.active.sql)
                LIMIT 1
            ) AS c
            JOIN list_members m ON m.list_id = $3 AND m.contact_id = d.contact_id
                AND (m.status = \(MembershipStatus.subscribed.sql) OR $4::smallint <> \(CampaignKind.marketing.sql))
            LEFT JOIN lane_domains l ON l.domain = c.domain
            WHERE d.campaign_id = $5 AND d.state = $6 AND d.account_id = $2
        ) AS left_over
        """
    )

    /// `$1` campaign; `$2` account.
    static let freezeLanes = Statement(
        "freeze-lanes",
        role: .producer,
        """
        WITH ranges AS (
            SELECT lane_id, min(seq) AS first_seq, max(seq) AS last_seq FROM deliveries WHERE campaign_id = $1
            GROUP BY lane_id
        ), counted AS (
            INSERT INTO counters (campaign_id, lane_id, writer, pending)
            SELECT $1, lane_id, 0, last_seq - first_seq + 1 FROM ranges
        )
        INSERT INTO campaign_lanes (campaign_id, lane_id, account_id, first_seq, last_seq, cursor)
        SELECT $1, lane_id, $2, first_seq, last_seq, first_seq - 1 FROM ranges
        """
    )

    /// Makes suppressions of the account and blocks for the whole service wait until the freeze has committed, and
    /// waits for those in progress.
    ///
    /// `$1` account.
    static let lockAccount = Statement(
        "lock-account",
        role: .producer,
        """
        SELECT pg_advisory_xact_lock_shared(\(AdvisoryLock.account.sql), 0)::text, \
        pg_advisory_xact_lock(\(AdvisoryLock.account.sql), $1)::text
        """
    )

    /// Marks opt-outs: a second pass, under the account's lock, so that none is missed.
    ///
    /// From the opt-outs to their contacts, one at a time, never through all contacts of the account.
    /// `$1` campaign; `$2` account; `$3` list; `$4` kind.
    static let freezeOptOuts = Statement(
        "freeze-opt-outs",
        role: .producer,
        """
        WITH hashes AS (
            SELECT s.address_hash AS first, s.address_hash AS last FROM suppressions s
            WHERE s.account_id = $2 AND \(withholds(kind: "$4::smallint", list: "$3"))
            UNION ALL
            SELECT o.mark, o.mark || decode(repeat('ff', 26), 'hex') FROM lost_opt_outs o
            WHERE o.account_id = $2 AND $4::smallint = \(CampaignKind.marketing.sql)
            UNION ALL
            SELECT b.address_hash, b.address_hash FROM service_blocks b
        ), out AS (
            SELECT c.contact_id FROM hashes h CROSS JOIN LATERAL (
                -- By the hash alone: with the account, the planner may take all of its contacts for each.
                SELECT c.contact_id, c.account_id FROM contacts c
                WHERE c.address_hash BETWEEN h.first AND h.last OFFSET 0
            ) AS c WHERE c.account_id = $2
            UNION
            SELECT m.contact_id FROM list_members m
            WHERE m.list_id = $3 AND m.account_id = $2 AND m.status <> \(MembershipStatus.subscribed.sql)
              AND $4::smallint = \(CampaignKind.marketing.sql)
            UNION
            SELECT c.contact_id FROM contacts c
            WHERE c.account_id = $2 AND c.status <> \(ContactStatus.active.sql)
        ), here AS MATERIALIZED (
            SELECT d.seq FROM out o CROSS JOIN LATERAL (
                SELECT d.seq FROM deliveries d WHERE d.campaign_id = $1 AND d.contact_id = o.contact_id LIMIT 1
            ) AS d
        )
        \(markHere)
        """
    )

    /// The same for a campaign with few recipients, whose account may have many opt-outs: from each recipient to what
    /// there is about it. (`LIMIT`, because without it all opt-outs may be read and hashed.)
    static let freezeOptOutsOfFew = Statement(
        "freeze-opt-outs-of-few",
        role: .producer,
        """
        WITH here AS MATERIALIZED (
            SELECT d.seq FROM deliveries d CROSS JOIN LATERAL (
                SELECT c.status, c.address_hash FROM contacts c WHERE c.contact_id = d.contact_id LIMIT 1
            ) AS c
            WHERE d.campaign_id = $1 AND (
                c.status <> \(ContactStatus.active.sql)
                OR COALESCE((
                    SELECT true FROM suppressions s
                    WHERE s.account_id = $2 AND s.address_hash = c.address_hash
                      AND \(withholds(kind: "$4::smallint", list: "$3")) LIMIT 1
                ), false)
                OR $4::smallint = \(CampaignKind.marketing.sql) AND COALESCE((
                    SELECT m.status <> \(MembershipStatus.subscribed.sql) FROM list_members m
                    WHERE m.list_id = $3 AND m.contact_id = d.contact_id LIMIT 1
                ), false)
                OR $4::smallint = \(CampaignKind.marketing.sql) AND COALESCE((
                    SELECT true FROM lost_opt_outs o
                    WHERE o.account_id = $2 AND o.mark BETWEEN substring(c.address_hash FROM 1 FOR 6)
                        AND substring(c.address_hash FROM 1 FOR 8)
                      AND o.mark = substring(c.address_hash FROM 1 FOR length(o.mark)) LIMIT 1
                ), false)
                OR COALESCE((
                    SELECT true FROM service_blocks b WHERE b.address_hash = c.address_hash LIMIT 1
                ), false)
            )
        )
        \(markHere)
        """
    )

    private static let markHere = """
        UPDATE deliveries d SET state = \(DeliveryState.suppressed.sql), reason = \(DeliveryReason.optedOutBefore.sql),
            changed_at = now()
        FROM here h
        WHERE d.campaign_id = $1 AND d.seq = h.seq AND d.state = \(DeliveryState.pending.sql)
        """

    /// The message to freeze, with numbered links.
    ///
    /// `$1` campaign; `$2` version.
    static let versionToFreeze = Statement(
        "message-to-freeze",
        role: .producer,
        """
        SELECT c.campaign_id, c.account_id, v.version, c.name, c.kind, c.tracking, c.policy, c.list_id, l.name, a.name,
               v.subject, v.html, v.plain, v.settings::text
        FROM campaigns c
        JOIN campaign_versions v ON v.campaign_id = c.campaign_id AND v.version = $2
        JOIN lists l ON l.list_id = c.list_id
        JOIN accounts a ON a.account_id = c.account_id
        WHERE c.campaign_id = $1
        """
    )

    /// `$1` campaign; `$2` version; `$3` account; `$4` numbers; `$5` URLs.
    static let freezeLinks = Statement(
        "freeze-links",
        role: .producer,
        """
        INSERT INTO links (campaign_id, version, account_id, number, url)
        SELECT $1, $2, $3, number, url FROM unnest($4::int[], $5::text[]) AS l(number, url)
        """
    )

    /// `$1` campaign; `$2` version; `$3` audience.
    static let startFrozen = Statement(
        "start-frozen",
        role: .producer,
        """
        UPDATE campaigns SET state = \(CampaignState.running.sql), version = $2, audience = $3, started_at = now(),
            expires_at = now() + lifetime
        WHERE campaign_id = $1
        """
    )

    /// Has tables analyzed that have doubled since; `$1` campaign.
    static let analyzeGrownTables = Statement(
        "analyze-grown-tables",
        role: .producer,
        "SELECT analyze_grown_tables($1)::text"
    )
}
