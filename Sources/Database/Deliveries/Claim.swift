import Core
import DatabaseClient

/// What the worker says to the database, in the order of a message's path.
extension Statement {
    /// Reads recipients that are still to be mailed, and what their messages need.
    ///
    /// `$1` campaigns; `$2` seqs.
    static let fetchRecipients = Statement(
        "fetch-recipients",
        role: .worker,
        isHot: true,
        """
        SELECT d.campaign_id, d.seq, d.attempt, d.suspect, c.version, c.address, c.attributes::text
        FROM unnest($1::int[], $2::int[]) AS a(campaign_id, seq)
        JOIN deliveries d ON d.campaign_id = a.campaign_id AND d.seq = a.seq
        JOIN contacts c ON c.contact_id = d.contact_id
        WHERE d.state IN (\(DeliveryState.waiting.sql)) AND c.status = \(ContactStatus.active.sql)
        """
    )

    /// Takes the locks that pause and cancel wait for; a statement of its own, so that the claim's snapshot is younger.
    ///
    /// `$1` campaigns, ascending.
    static let lockCampaignsShared = Statement(
        "lock-campaigns-shared",
        role: .worker,
        """
        SELECT pg_advisory_xact_lock_shared(\(AdvisoryLock.campaign.sql), campaign_id)::text \
        FROM unnest($1::int[]) AS a(campaign_id)
        """
    )

    /// The mark: gives each row its next state and every job its verdict, numbered as in ``Verdict``.
    ///
    /// Rows are locked in (campaign, seq) order, so that claims never deadlock, and judged by what the lock shows, so
    /// that a suppression that committed during the wait counts. Of several jobs for one row one is claimed. A worker
    /// whose lease is over marks nothing: the sweep would take its messages for lost. Nor does one whose database was
    /// promoted or recovered under it: that one may not know what was sent.
    /// `$1` campaigns; `$2` seqs; `$3` generations; `$4` versions of the contacts; `$5` attempts seen; `$6` the claim's
    /// token; `$7` the worker run.
    static let claimDeliveries = Statement(
        "claim-deliveries",
        role: .worker,
        isHot: true,
        """
        WITH asked AS MATERIALIZED (
            SELECT * FROM unnest($1::int[], $2::int[], $3::int[], $4::int[], $5::smallint[])
            WITH ORDINALITY AS a(campaign_id, seq, generation, version, attempt, ord)
        ), locked AS MATERIALIZED (
            SELECT a.ord, a.generation, a.version, a.attempt AS seen,
                   d.campaign_id, d.seq, d.state, d.attempt, d.contact_id, d.lane_id
            FROM asked a JOIN deliveries d ON d.campaign_id = a.campaign_id AND d.seq = a.seq
            ORDER BY d.campaign_id, d.seq
            FOR NO KEY UPDATE OF d
        ), judged AS MATERIALIZED (
            SELECT l.ord, l.campaign_id, l.seq, l.state,
                   CASE WHEN NOT (SELECT EXISTS (
                            SELECT FROM workers w, installation i, pg_control_system() p
                            WHERE w.incarnation = $7::bigint AND w.alive_until > clock_timestamp()
                              AND i.system_identifier = p.system_identifier AND i.timeline = server_timeline()
                        )) THEN \(Verdict.leaseLost.sql)
                        WHEN l.state NOT IN (\(DeliveryState.waiting.sql)) THEN \(Verdict.final.sql)
                        WHEN row_number() OVER (
                            PARTITION BY l.campaign_id, l.seq ORDER BY l.generation DESC, l.ord
                        ) > 1 THEN \(Verdict.final.sql)
                        WHEN c.state = \(CampaignState.paused.sql) THEN \(Verdict.paused.sql)
                        WHEN c.state <> \(CampaignState.running.sql) OR c.expires_at <= now() THEN \(Verdict.held.sql)
                        WHEN l.state = \(DeliveryState.pending.sql) AND l.generation <> g.generation
                            THEN \(Verdict.oldGeneration.sql)
                        WHEN l.attempt <> l.seen OR p.version <> l.version
                            OR p.status <> \(ContactStatus.active.sql) THEN \(Verdict.changed.sql)
                        WHEN l.state = \(DeliveryState.deferred.sql) AND (r.due IS NULL OR r.due > now())
                            THEN \(Verdict.notDue.sql)
                        ELSE \(Verdict.claimed.sql) END AS verdict
            FROM locked l
            JOIN campaigns c ON c.campaign_id = l.campaign_id
            JOIN campaign_lanes g ON g.campaign_id = l.campaign_id AND g.lane_id = l.lane_id
            JOIN contacts p ON p.contact_id = l.contact_id
            LEFT JOIN retries r ON r.campaign_id = l.campaign_id AND r.seq = l.seq
        ), woken AS (
            -- A retry that this snapshot does not see was made anew meanwhile: its row is not marked, see below.
            DELETE FROM retries r USING judged j
            WHERE j.verdict = \(Verdict.claimed.sql) AND j.state = \(DeliveryState.deferred.sql)
              AND r.campaign_id = j.campaign_id AND r.seq = j.seq
            RETURNING r.campaign_id, r.seq
        ), marked AS (
            UPDATE deliveries d
            SET state = \(DeliveryState.sending.sql), attempt = d.attempt + 1, token = $6::bigint, suspect = 0,
                changed_at = now()
            FROM judged j
            WHERE j.verdict = \(Verdict.claimed.sql) AND d.campaign_id = j.campaign_id AND d.seq = j.seq
              AND (j.state = \(DeliveryState.pending.sql)
                   OR EXISTS (SELECT FROM woken w WHERE w.campaign_id = j.campaign_id AND w.seq = j.seq))
            RETURNING d.campaign_id, d.seq
        ), noted AS (
            INSERT INTO claims (token, campaign_id, incarnation, seqs)
            SELECT $6::bigint, campaign_id, $7::bigint, array_agg(seq) FROM marked GROUP BY campaign_id
        )
        SELECT (CASE WHEN j.verdict = \(Verdict.claimed.sql) AND m.seq IS NULL THEN \(Verdict.notDue.sql)
                     ELSE COALESCE(j.verdict, \(Verdict.unknown.sql)) END)::smallint
        FROM asked a
        LEFT JOIN judged j USING (ord)
        LEFT JOIN marked m ON m.campaign_id = j.campaign_id AND m.seq = j.seq
        ORDER BY a.ord
        """
    )

    /// Records how deliveries went on.
    ///
    /// Safe to repeat: a row whose token has changed, or that is recorded already, is left alone; one that became
    /// `uncertain` meanwhile takes the result. Who opted out while being sent is not tried again.
    /// `$1` campaigns; `$2` seqs; `$3` tokens; `$4` states; `$5` reasons; `$6` SMTP codes, 0 without a reply;
    /// `$7` seconds to wait, for deferred; `$8` whether the attempt counts; `$9` judgements; `$10` steps;
    /// `$11` replies' texts, '' where none is to be kept; `$12` tokens of which nothing is in flight any more.
    static let recordResults = Statement(
        "record-results",
        role: .worker,
        isHot: true,
        """
        WITH given AS MATERIALIZED (
            SELECT * FROM unnest($1::int[], $2::int[], $3::bigint[], $4::smallint[], $5::smallint[], $6::smallint[],
                                 $7::float8[], $8::boolean[], $9::smallint[], $10::smallint[], $11::text[])
            AS g(campaign_id, seq, token, state, reason, code, wait, counts, judgement, step, reply)
        ), recorded AS (
            UPDATE deliveries d
            SET state = CASE WHEN g.state = \(DeliveryState.deferred.sql) AND d.recalled
                             THEN \(DeliveryState.suppressed.sql) ELSE g.state END,
                reason = CASE WHEN g.state = \(DeliveryState.deferred.sql) AND d.recalled
                              THEN \(DeliveryReason.recalled.sql) ELSE g.reason END,
                attempt = CASE WHEN g.counts THEN d.attempt ELSE d.attempt - 1 END,
                code = g.code, changed_at = now()
            FROM given g
            WHERE d.campaign_id = g.campaign_id AND d.seq = g.seq AND d.token = g.token
                  AND d.state IN (\(DeliveryState.sending.sql), \(DeliveryState.uncertain.sql))
                  AND NOT (d.state = \(DeliveryState.uncertain.sql)
                           AND g.state IN (\(DeliveryState.deferred.sql), \(DeliveryState.uncertain.sql)))
            RETURNING d.campaign_id, d.seq, d.account_id, d.lane_id, d.state, d.attempt,
                      g.wait, g.judgement, g.step, g.code, g.reply
        ), waiting AS (
            INSERT INTO retries (campaign_id, seq, account_id, lane_id, due, publish_at)
            SELECT campaign_id, seq, account_id, lane_id,
                   now() + wait * interval '1 second', now() + wait * interval '1 second'
            FROM recorded WHERE state = \(DeliveryState.deferred.sql)
            ON CONFLICT (campaign_id, seq) DO UPDATE SET due = excluded.due, publish_at = excluded.publish_at
        ), said AS (
            INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
            SELECT campaign_id, seq, account_id, attempt, judgement, step, code, reply FROM recorded WHERE reply <> ''
        )
        DELETE FROM claims WHERE token = ANY ($12::bigint[])
        """
    )

    /// Raises the suspicion against a row that may have ended its worker.
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

    /// Takes it back.
    ///
    /// `$1` campaign; `$2` seq.
    static let clearRedeliveries = Statement(
        "drop-suspicion",
        role: .worker,
        isHot: true,
        "UPDATE deliveries SET suspect = 0 WHERE campaign_id = $1 AND seq = $2 AND suspect > 0"
    )

    /// Stores a dead letter.
    ///
    /// `$1` campaign or NULL; `$2` seq or NULL; `$3` reason; `$4` detail; `$5` worker; `$6` queue; `$7` envelope.
    static let insertDeadLetter = Statement(
        "insert-dead-letter",
        roles: [.worker, .recorder],
        isHot: true,
        """
        INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope, attempt)
        SELECT $1::int, $2::int, d.account_id, $3::smallint, $4::text, $5::text, $6::text, $7::bytea,
               COALESCE(d.attempt, 0)
        FROM (VALUES (1)) AS one LEFT JOIN deliveries d ON d.campaign_id = $1::int AND d.seq = $2::int
        """
    )

    /// Moves a row that is still to be mailed to `dead` (or `failed`).
    ///
    /// `$1` campaign; `$2` seq; `$3` state; `$4` reason.
    static let endUnsent = Statement(
        "end-unsent",
        role: .worker,
        isHot: true,
        """
        WITH ended AS (
            UPDATE deliveries SET state = $3::smallint, reason = $4::smallint, changed_at = now()
            WHERE campaign_id = $1 AND seq = $2 AND state IN (\(DeliveryState.waiting.sql))
            RETURNING campaign_id, seq
        )
        DELETE FROM retries r USING ended e WHERE r.campaign_id = e.campaign_id AND r.seq = e.seq
        """
    )

    /// A campaign's frozen version, and who sends it.
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
}

/// The lease of a worker run.
extension Statement {
    /// Registers one run of a worker; it may send for so long from now.
    ///
    /// `$1` worker run; `$2` name; `$3` slots; `$4` lanes; `$5` seconds.
    static let registerWorker = Statement(
        "register-worker",
        role: .worker,
        """
        INSERT INTO workers (incarnation, name, slots, lanes, alive_until)
        VALUES ($1, $2, $3, $4::text[], now() + $5::float8 * interval '1 second')
        """
    )

    /// Renews the lease; changes no row when the sweep has given the worker up.
    ///
    /// `$1` worker run; `$2` seconds from now.
    static let renewWorker = Statement(
        "renew-worker",
        role: .worker,
        """
        UPDATE workers SET alive_until = now() + $2::float8 * interval '1 second'
        WHERE incarnation = $1 AND alive_until > now()
        """
    )

    /// Claims that are older than a minute, row by row: one whose COMMIT came after its connection was given up has
    /// messages that nobody has in flight.
    ///
    /// `$1` worker run.
    static let oldClaims = Statement(
        "old-claims",
        role: .worker,
        """
        SELECT token, campaign_id, unnest(seqs) FROM claims
        WHERE incarnation = $1 AND claimed_at < now() - interval '1 minute'
        """
    )

    /// Ends the lease of a worker that stops in order; a worker that leaves claims behind is swept at once.
    ///
    /// `$1` worker run.
    static let endWorker = Statement(
        "end-worker",
        role: .worker,
        """
        WITH left_behind AS (SELECT 1 FROM claims WHERE incarnation = $1),
        expired AS (UPDATE workers SET alive_until = now() WHERE incarnation = $1 AND EXISTS (SELECT FROM left_behind))
        DELETE FROM workers WHERE incarnation = $1 AND NOT EXISTS (SELECT FROM left_behind)
        """
    )
}
