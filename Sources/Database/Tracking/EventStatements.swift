import Core
import DatabaseClient

/// What the recorder says to the database, in the order of a flush.
extension Statement {
    /// `$1` campaigns.
    static let trackedCampaigns = Statement(
        "tracked-campaigns",
        role: .recorder,
        isHot: true,
        "SELECT campaign_id, account_id, tracking, audience FROM campaigns WHERE campaign_id = ANY($1::int[])"
    )

    /// Notes ids that are not there yet, and returns them. The caller gives them sorted by day and id: another recorder
    /// that has one of them is waited for, and never waits back.
    ///
    /// `$1` ids; `$2` days since 1970; `$3` accounts; `$4` campaigns; `$5` kinds; `$6` seqs, 0 for none; `$7` links, 0
    /// for none; `$8` seconds since 1970, 0 for none.
    static let noteEvents = Statement(
        "note-events",
        role: .recorder,
        isHot: true,
        """
        INSERT INTO events (event_id, day, account_id, campaign_id, kind, seq, link, happened_at)
        SELECT id, date '1970-01-01' + day, account_id, campaign_id, kind, NULLIF(seq, 0), NULLIF(link, 0),
               to_timestamp(NULLIF(second, 0))
        FROM unnest($1::bytea[], $2::int[], $3::int[], $4::int[], $5::smallint[], $6::int[], $7::int[], $8::float8[])
            AS e(id, day, account_id, campaign_id, kind, seq, link, second)
        ORDER BY day, id
        ON CONFLICT DO NOTHING RETURNING event_id
        """
    )

    /// Puts numbers into the bare set, sorted, and returns those that are new.
    ///
    /// `$1` campaigns; `$2` purposes; `$3` numbers.
    static let countNumbers = Statement(
        "count-numbers",
        role: .recorder,
        isHot: true,
        """
        INSERT INTO counted (campaign_id, purpose, number)
        SELECT * FROM unnest($1::int[], $2::smallint[], $3::bytea[]) AS n(campaign_id, purpose, number)
        ORDER BY campaign_id, purpose, number
        ON CONFLICT DO NOTHING RETURNING number
        """
    )

    /// The same for recipients, where an account's tracking names them.
    ///
    /// `$1` campaigns; `$2` seqs; `$3` kinds; `$4` links; `$5` accounts; `$6` seconds since 1970.
    static let countRecipients = Statement(
        "count-recipients",
        role: .recorder,
        isHot: true,
        """
        INSERT INTO engaged (campaign_id, seq, kind, link, account_id, first_at)
        SELECT campaign_id, seq, kind, link, account_id, to_timestamp(second)
        FROM unnest($1::int[], $2::int[], $3::smallint[], $4::int[], $5::int[], $6::float8[])
            AS e(campaign_id, seq, kind, link, account_id, second)
        ORDER BY campaign_id, seq, kind, link
        ON CONFLICT DO NOTHING RETURNING campaign_id, seq, kind, link
        """
    )

    /// When messages were accepted, in seconds since 1970.
    ///
    /// `$1` campaigns; `$2` seqs.
    static let acceptances = Statement(
        "acceptances",
        role: .recorder,
        isHot: true,
        """
        SELECT d.campaign_id, d.seq, extract(epoch FROM d.changed_at)::float8
        FROM unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
        JOIN deliveries d ON d.campaign_id = k.campaign_id AND d.seq = k.seq
        WHERE d.state = \(DeliveryState.accepted.sql)
        """
    )

    /// Takes an open or click that names the recipient of an uncertain message as evidence that it arrived. Rows are
    /// locked in the order of the claim.
    ///
    /// `$1` campaigns; `$2` seqs.
    static let acceptSeen = Statement(
        "accept-seen",
        role: .recorder,
        isHot: true,
        """
        WITH seen AS MATERIALIZED (
            SELECT d.campaign_id, d.seq
            FROM unnest($1::int[], $2::int[]) AS k(campaign_id, seq)
            JOIN deliveries d ON d.campaign_id = k.campaign_id AND d.seq = k.seq
            WHERE d.state = \(DeliveryState.uncertain.sql)
            ORDER BY d.campaign_id, d.seq FOR NO KEY UPDATE OF d
        )
        UPDATE deliveries d SET state = \(DeliveryState.accepted.sql), reason = \(DeliveryReason.seen.sql),
            changed_at = now()
        FROM seen s
        WHERE d.campaign_id = s.campaign_id AND d.seq = s.seq AND d.state = \(DeliveryState.uncertain.sql)
        """
    )

    /// Adds to the figures, in the order of their keys.
    ///
    /// `$1` campaigns; `$2` kinds; `$3` links; `$4` hours; `$5` accounts; `$6` firsts; `$7` totals; `$8` machines'.
    static let addEngagement = Statement(
        "add-engagement",
        role: .recorder,
        isHot: true,
        """
        INSERT INTO engagement AS e (campaign_id, kind, link, hour, account_id, firsts, total, machines)
        SELECT * FROM unnest($1::int[], $2::smallint[], $3::int[], $4::int[], $5::int[], $6::bigint[], $7::bigint[],
                             $8::bigint[]) AS a(campaign_id, kind, link, hour, account_id, firsts, total, machines)
        ORDER BY campaign_id, kind, link, hour
        ON CONFLICT (campaign_id, kind, link, hour) DO UPDATE SET
            firsts = e.firsts + excluded.firsts, total = e.total + excluded.total,
            machines = e.machines + excluded.machines
        """
    )

    /// `$1` days ahead.
    static let makeEventPartitions = Statement(
        "make-event-partitions",
        role: .owner,
        "SELECT make_event_partitions($1)"
    )
    /// `$1` days to keep.
    static let dropEventPartitions = Statement(
        "drop-event-partitions",
        role: .owner,
        "SELECT drop_event_partitions($1)"
    )
}
