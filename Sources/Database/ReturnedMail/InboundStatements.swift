import Core
import DatabaseClient

extension Statement {
    /// The statements for returned mail.
    static let inbound: [Statement] = [
        .storeInboundMail, .whyNotStored, .countInbound, .waitingInbound, .lockInboundMail, .markInboundSettled,
        .putOffInbound, .dropInboundContent, .dropInboundRows, .dropInboundCounts, .accountOfInboundMail,
        .recentInbound, .inboundMail, .inboundCounts,
    ]

    /// Adds nothing when the mail is there, the campaign is not, or the message's shelf is full.
    ///
    /// The shelf of a no never stays full: another no than those of today has a place.
    /// `$1` mailbox; `$2` hash; `$3` campaign; `$4` seq; `$5` attempt or NULL; `$6` sent to or NULL; `$7` bytes; `$8`
    /// state; `$9` content; `$10` how many of one message on one shelf; `$11` shelf.
    static let storeInboundMail = Statement(
        "store-inbound-mail",
        roles: [.inbound, .admin, .web],
        """
        INSERT INTO inbound_mails (mailbox, hash, account_id, campaign_id, seq, attempt, sent_to, size_bytes, state, content,
                                   shelf)
        SELECT $1::text, $2::bytea, c.account_id, c.campaign_id, $4::int, $5::int, $6::bytea, $7::int, $8::smallint,
               $9::bytea, $11::smallint
        FROM campaigns c, LATERAL (
            SELECT count(*) AS mails, max(m.received_at) AS newest FROM inbound_mails m
            WHERE m.campaign_id = $3::int AND m.seq = $4::int AND m.shelf = $11::smallint
        ) AS there
        WHERE c.campaign_id = $3::int
          AND (there.mails < $10::int OR $11::smallint >= 2 AND there.newest < now() - interval '1 day')
        ON CONFLICT (mailbox, hash) DO NOTHING
        """
    )
    /// `$1` mailbox; `$2` hash; `$3` campaign.
    static let whyNotStored = Statement(
        "why-not-stored",
        roles: [.inbound, .admin, .web],
        """
        SELECT EXISTS (SELECT FROM inbound_mails WHERE mailbox = $1 AND hash = $2),
               EXISTS (SELECT FROM campaigns WHERE campaign_id = $3)
        """
    )
    /// `$1` mailbox; `$2` what.
    static let countInbound = Statement(
        "count-inbound",
        roles: [.inbound, .admin, .web],
        """
        INSERT INTO inbound_counts (day, mailbox, what, n) VALUES ((now() AT TIME ZONE 'UTC')::date, $1, $2, 1)
        ON CONFLICT (day, mailbox, what) DO UPDATE SET n = inbound_counts.n + 1
        """
    )
    /// `$1` limit.
    static let waitingInbound = Statement(
        "waiting-inbound",
        role: .inbound,
        """
        SELECT mail_id, received_at, campaign_id, seq, attempt, sent_to, content, mailbox FROM inbound_mails
        WHERE state = \(InboundState.stored.sql) AND due_at <= now() ORDER BY due_at, mail_id LIMIT $1
        """
    )
    /// `$1` mail; no row if another program is settling it, or has.
    static let lockInboundMail = Statement(
        "lock-inbound-mail",
        role: .inbound,
        """
        SELECT mail_id FROM inbound_mails
        WHERE mail_id = $1 AND state = \(InboundState.stored.sql) FOR UPDATE SKIP LOCKED
        """
    )
    /// No text about an erased recipient is kept. `$1` mail; `$2` settlement.
    static let markInboundSettled = Statement(
        "mark-inbound-settled",
        role: .inbound,
        """
        UPDATE inbound_mails m SET state = \(InboundState.settled.sql), settlement = $2, settled_at = now(),
            content = CASE WHEN EXISTS (SELECT FROM deliveries d JOIN contacts c USING (contact_id)
                WHERE d.campaign_id = m.campaign_id AND d.seq = m.seq AND c.status = \(ContactStatus.erased.sql))
                THEN NULL ELSE m.content END
        WHERE mail_id = $1
        """
    )
    /// `$1` mail; `$2` how many tries it has: then it is given up.
    static let putOffInbound = Statement(
        "put-off-inbound",
        role: .inbound,
        """
        UPDATE inbound_mails SET tries = tries + 1, due_at = now() + interval '5 seconds' * power(2, tries),
               state = CASE WHEN tries + 1 >= $2 THEN \(InboundState.givenUp.sql) ELSE \(InboundState.stored.sql) END
        WHERE mail_id = $1 AND state = \(InboundState.stored.sql)
        """
    )
    /// `$1` days; `$2` hours for what was not understood; `$3` limit. What waits is not dropped.
    static let dropInboundContent = Statement(
        "drop-inbound-content",
        role: .inbound,
        """
        UPDATE inbound_mails SET content = NULL WHERE mail_id IN (
            SELECT mail_id FROM inbound_mails
            WHERE content IS NOT NULL AND state <> \(InboundState.stored.sql)
              AND (received_at < now() - make_interval(days => $1)
                   OR state = \(InboundState.notUnderstood.sql) AND received_at < now() - make_interval(hours => $2))
            ORDER BY received_at LIMIT $3)
        """
    )
    /// `$1` days; `$2` limit.
    static let dropInboundRows = Statement(
        "drop-inbound-rows",
        role: .inbound,
        """
        DELETE FROM inbound_mails WHERE mail_id IN (
            SELECT mail_id FROM (SELECT mail_id, received_at, state FROM inbound_mails ORDER BY mail_id LIMIT $2) oldest
            WHERE received_at < now() - make_interval(days => $1) AND state <> \(InboundState.stored.sql))
        """
    )
    /// `$1` days.
    static let dropInboundCounts = Statement(
        "drop-inbound-counts",
        role: .inbound,
        "DELETE FROM inbound_counts WHERE day < (now() AT TIME ZONE 'UTC')::date - $1::int"
    )
    /// `$1` mail.
    static let accountOfInboundMail = Statement(
        "account-of-inbound-mail",
        role: .admin,
        "SELECT account_of_inbound_mail($1::bigint)"
    )
    /// `$1` account; `$2` below this number; `$3` limit.
    static let recentInbound = Statement(
        "recent-inbound",
        role: .admin,
        """
        SELECT mail_id, mailbox, received_at, campaign_id, seq, size_bytes, state, settlement, content IS NOT NULL
        FROM inbound_mails WHERE account_id = $1 AND mail_id < $2 ORDER BY mail_id DESC LIMIT $3
        """
    )
    /// `$1` mail.
    static let inboundMail = Statement(
        "inbound-mail",
        role: .admin,
        """
        SELECT mail_id, mailbox, received_at, campaign_id, seq, size_bytes, state, settlement, content IS NOT NULL,
               content
        FROM inbound_mails WHERE mail_id = $1
        """
    )
    /// Since `$1` days.
    static let inboundCounts = Statement(
        "inbound-counts",
        role: .admin,
        """
        SELECT mailbox, what, sum(n)::bigint FROM inbound_counts
        WHERE day > (now() AT TIME ZONE 'UTC')::date - $1::int GROUP BY mailbox, what ORDER BY mailbox, what
        """
    )
}
