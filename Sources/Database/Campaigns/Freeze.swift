import Core
import DatabaseClient

/// How a campaign is frozen: its audience, its lanes, its message. All of it in one transaction.
extension Statement {
    /// Locks a campaign that is to start.
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
    /// Marketing goes to who is subscribed; transactional mail to every member, whoever unsubscribed from the list.
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
            JOIN contacts c ON c.contact_id = m.contact_id AND c.account_id = $2
                AND c.status = \(ContactStatus.active.sql)
            LEFT JOIN lane_domains l ON l.domain = c.domain
            WHERE m.list_id = $3 AND m.account_id = $2
              AND (m.status = \(MembershipStatus.subscribed.sql) OR $4::smallint <> \(CampaignKind.marketing.sql))
        ) AS members
        """
    )

    /// The same for a campaign that follows another one: those of its recipients whom that one left in a state.
    ///
    /// `$1` campaign; `$2` account; `$3` list; `$4` kind; `$5` the campaign that it follows; `$6` the state.
    static let freezeFollowers = Statement(
        "freeze-followers",
        role: .producer,
        """
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
        SELECT $1, row_number() OVER (ORDER BY lane_id, contact_id), $2, contact_id, $3, lane_id
        FROM (
            SELECT d.contact_id, COALESCE(l.lane_id, 1) AS lane_id
            FROM deliveries d
            JOIN contacts c ON c.contact_id = d.contact_id AND c.account_id = $2
                AND c.status = \(ContactStatus.active.sql)
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

    /// Makes suppressions of the account wait until the freeze has committed, and waits for those under way; so for
    /// blocks of the whole service.
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

    /// Marks who has opted out: a second pass, under the account's lock, so that nobody slips between.
    ///
    /// `$1` campaign; `$2` account; `$3` list; `$4` kind.
    static let freezeOptOuts = Statement(
        "freeze-opt-outs",
        role: .producer,
        """
        WITH out AS (
            SELECT c.contact_id
            FROM suppressions s
            JOIN contacts c ON c.account_id = s.account_id AND c.address_hash = s.address_hash
            WHERE s.account_id = $2
              AND \(withholds(kind: "$4::smallint", list: "$3"))
            UNION
            SELECT m.contact_id FROM list_members m
            WHERE m.list_id = $3 AND m.account_id = $2 AND m.status <> \(MembershipStatus.subscribed.sql)
              AND $4::smallint = \(CampaignKind.marketing.sql)
            UNION
            SELECT c.contact_id FROM contacts c
            WHERE c.account_id = $2 AND c.status <> \(ContactStatus.active.sql)
            UNION
            SELECT c.contact_id FROM service_blocks b
            JOIN contacts c ON c.account_id = $2 AND c.address_hash = b.address_hash
        )
        UPDATE deliveries d SET state = \(DeliveryState.suppressed.sql), reason = \(DeliveryReason.optedOutBefore.sql),
            changed_at = now()
        FROM out o
        WHERE d.campaign_id = $1 AND d.contact_id = o.contact_id AND d.state = \(DeliveryState.pending.sql)
        """
    )

    /// The message that is frozen, and whose links are numbered.
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

    static let analyzeDeliveries = Statement(
        "analyze-deliveries",
        role: .producer,
        "SELECT analyze_deliveries()::text"
    )
}
