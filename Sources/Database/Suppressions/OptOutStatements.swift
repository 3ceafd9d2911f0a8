import Core
import DatabaseClient

extension Statement {
    /// `$1` campaign; `$2` seq.
    static let optOutMessage = Statement(
        "message-of-opt-out",
        roles: [.web, .inbound],
        isHot: true,
        """
        SELECT COALESCE(NULLIF(a.display_name, ''), NULLIF(v.settings #>> '{from,name}', ''), a.name), d.list_id, l.name,
               k.kind, v.settings ->> 'language', c.address_hash, c.hash_key
        FROM deliveries d
        JOIN campaigns k ON k.campaign_id = d.campaign_id
        JOIN accounts a ON a.account_id = d.account_id
        JOIN lists l ON l.list_id = d.list_id
        JOIN contacts c ON c.contact_id = d.contact_id
        LEFT JOIN campaign_versions v ON v.campaign_id = k.campaign_id AND v.version = k.version
        WHERE d.campaign_id = $1 AND d.seq = $2
        """
    )
    /// One opt-out of a message at a time; and whatever the server's settings say, this transaction is one to keep.
    ///
    /// `$1` campaign; `$2` seq.
    static let lockMessage = Statement(
        "lock-message",
        roles: [.web, .inbound],
        """
        SELECT pg_advisory_xact_lock(\(AdvisoryLock.optOut.sql), \
        hashint8($1::int8 << 32 | $2::int8 & 4294967295))::text,
               CASE current_setting('synchronous_commit') WHEN 'off' THEN set_config('synchronous_commit', 'on', true) END
        """
    )
    /// When the address first opted out of this; `$1` account; `$2` hash; `$3` scope; `$4` list.
    static let earlierOptOut = Statement(
        "earlier-opt-out",
        roles: [.web, .inbound],
        isHot: true,
        """
        SELECT min(created_at) FROM suppressions
        WHERE account_id = $1 AND address_hash = $2 AND scope = $3 AND list_id = $4
          AND reason = \(SuppressionReason.unsubscribe.sql)
        """
    )
    /// What was done with this message, has not been taken back, and is still so.
    ///
    /// `$1` campaign; `$2` seq; `$3` action; `$4` list; `$5` scope; `$6` hash.
    static let standingOptOut = Statement(
        "standing-opt-out",
        roles: [.web, .inbound],
        isHot: true,
        """
        SELECT p.proof_id, p.action, p.list_id, CASE WHEN p.is_new THEN p.at ELSE s.since END, p.is_new, p.recalled,
               p.on_their_way, p.is_new AND p.at > now() - interval '7 days' AND s.can_end
        FROM opt_out_proofs p
        CROSS JOIN LATERAL (
            SELECT min(s.created_at) AS since, bool_or(s.created_at = p.at AND s.repeated_at IS NULL) AS can_end
            FROM suppressions s
            WHERE s.account_id = p.account_id AND s.address_hash = p.address_hash AND s.scope = $5 AND s.list_id = p.list_id
              AND s.reason = \(SuppressionReason.unsubscribe.sql)
        ) AS s
        WHERE p.campaign_id = $1 AND p.seq = $2 AND p.action = $3 AND p.list_id = $4 AND p.address_hash = $6
          AND s.since IS NOT NULL
          AND NOT EXISTS (SELECT FROM opt_out_proofs u WHERE u.undoes = p.proof_id)
        ORDER BY p.proof_id LIMIT 1
        """
    )
    /// `$1` campaign; `$2` seq; `$3` proof; `$4` way.
    static let takeBackOptOut = Statement(
        "take-back-opt-out",
        role: .web,
        "SELECT take_back_opt_out($1::int, $2::int, $3::bigint, $4::smallint)"
    )
    /// Whether newsletters still do not reach an address: of the list that an opt-out was about, or, where it was about all
    /// of them, of the message's.
    ///
    /// `$1` account; `$2` hash; `$3` the opt-out's proof; `$4` the message's list.
    static let isStillOff = Statement(
        "is-still-off",
        role: .web,
        isHot: true,
        """
        SELECT EXISTS (
            SELECT FROM suppressions s WHERE s.account_id = $1 AND s.address_hash = $2
              AND \(withholds(kind: CampaignKind.marketing.sql, list: "l.list_id"))
        ) OR NOT EXISTS (
            SELECT FROM contacts c JOIN list_members m ON m.contact_id = c.contact_id
            WHERE c.account_id = $1 AND c.address_hash = $2 AND c.status = \(ContactStatus.active.sql)
              AND m.list_id = l.list_id AND m.status = \(MembershipStatus.subscribed.sql))
        FROM (SELECT COALESCE(NULLIF(p.list_id, 0), $4::int) AS list_id FROM opt_out_proofs p WHERE p.proof_id = $3) AS l
        """
    )
    /// The lists that the address is on, or was, and the message's own; `$1` account; `$2` hash; `$3` the message's list.
    static let listsOfContact = Statement(
        "lists-of-contact",
        role: .web,
        isHot: true,
        """
        SELECT l.list_id, l.name,
               bool_or(COALESCE(m.status = \(MembershipStatus.subscribed.sql), false)) AND NOT EXISTS (
                   SELECT FROM suppressions s
                   WHERE s.account_id = $1 AND s.address_hash = $2 AND s.scope = \(SuppressionScope.list.sql)
                     AND s.list_id = l.list_id)
        FROM lists l
        LEFT JOIN (
            SELECT m.list_id, m.status FROM contacts c JOIN list_members m ON m.contact_id = c.contact_id
            WHERE c.account_id = $1 AND c.address_hash = $2
        ) AS m ON m.list_id = l.list_id
        WHERE l.account_id = $1 AND (m.list_id IS NOT NULL OR l.list_id = $3)
        GROUP BY l.list_id ORDER BY l.name, l.list_id
        """
    )
    /// `$1` account; `$2` hash.
    static let isOffMarketing = Statement(
        "is-off-marketing",
        role: .web,
        isHot: true,
        """
        SELECT EXISTS (
            SELECT FROM suppressions
            WHERE account_id = $1 AND address_hash = $2
              AND scope IN (\(SuppressionScope.all.sql), \(SuppressionScope.marketing.sql)))
        """
    )
    /// What of a message's opt-outs can be taken back; `$1` campaign; `$2` seq; `$3` hash.
    static let undoableProofs = Statement(
        "undoable-proofs",
        role: .web,
        isHot: true,
        """
        SELECT p.proof_id, p.action, p.list_id, p.at, p.is_new, p.recalled, p.on_their_way, true FROM opt_out_proofs p
        WHERE p.campaign_id = $1 AND p.seq = $2 AND p.address_hash = $3
          AND p.action IN (\(OptOutAction.list.sql), \(OptOutAction.marketing.sql))
          AND p.is_new AND p.at > now() - interval '7 days'
          AND NOT EXISTS (SELECT FROM opt_out_proofs u WHERE u.undoes = p.proof_id)
          AND EXISTS (
            SELECT FROM suppressions s
            WHERE s.account_id = p.account_id AND s.address_hash = p.address_hash
              AND s.reason = \(SuppressionReason.unsubscribe.sql)
              AND s.scope = CASE p.action WHEN \(OptOutAction.list.sql) THEN \(SuppressionScope.list.sql)
                                 ELSE \(SuppressionScope.marketing.sql) END
              AND s.list_id = p.list_id AND s.created_at = p.at
              AND s.repeated_at IS NULL)
        ORDER BY p.proof_id DESC LIMIT 50
        """
    )
    /// `$1` account; `$2` what recipients know it as.
    static let nameAccount = Statement(
        "name-account",
        role: .admin,
        "UPDATE accounts SET display_name = $2 WHERE account_id = $1"
    )
}
