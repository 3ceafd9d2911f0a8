import Core
import Database
import DatabaseClient
import Foundation
import TestKit

/// A database that has been at work for long: 200 accounts, 1,000 campaigns, many finished rows, and queues of work.
///
/// It grows in two steps, so that statistics and plans can be from before: first campaigns of one recipient each, and
/// nothing waiting; then everything else.
struct GrownDatabase: Sendable {
    static let accounts = 200
    static let campaigns = 1_000
    /// Contacts of account 1; every other account has a hundred.
    static let contacts = 20_000
    /// Running campaigns: of account 1, and of accounts 2 to 10.
    static let large: CampaignID = 990
    static let small: ClosedRange<CampaignID> = 991...999
    /// Starting, of account 11.
    static let starting: CampaignID = 1_000
    /// To a hundred contacts of account 1, which has most contacts and opt-outs.
    static let toFew: CampaignID = 1_900
    static let optOuts = contacts / 20
    static let retries = 5_000
    static let workerRun: WorkerRun = 1
    static let deadWorkerRun: WorkerRun = 2

    /// Rows of finished campaigns; by hand `VEREDUS_OLD_DELIVERIES=5000000`.
    static var oldDeliveries: Int {
        ProcessInfo.processInfo.environment["VEREDUS_OLD_DELIVERIES"].flatMap { Int($0) } ?? 200_000
    }

    /// Statistics are what a test makes them.
    static let withoutAutovacuum = """
        DO $$
        DECLARE
            plain regclass;
        BEGIN
            FOR plain IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', plain);
            END LOOP;
        END $$;
        """

    /// Accounts, and campaigns of one recipient each.
    static let young = """
        INSERT INTO accounts (name) SELECT 'Account ' || n FROM generate_series(1, \(accounts)) n;
        INSERT INTO lists (account_id, name) SELECT account_id, 'News' FROM accounts ORDER BY account_id;
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain)
        SELECT account_id, 'first@example.net', 'first@example.net', 1, sha256(account_id::text::bytea), 1,
               'example.net'
        FROM accounts ORDER BY account_id;
        INSERT INTO list_members (list_id, contact_id, account_id, source)
        SELECT account_id, contact_id, account_id, 'test' FROM contacts;
        INSERT INTO campaigns (account_id, list_id, name, state, audience, started_at, finished_at, version)
        SELECT 1 + n % 200, 1 + n % 200, 'c' || n, \(CampaignState.finished.sql), 1, now(), now(), 1
        FROM generate_series(1, 200) n;
        INSERT INTO deliveries (contact_id, campaign_id, seq, account_id, list_id, lane_id, state)
        SELECT account_id, campaign_id, 1, account_id, list_id, 1, \(DeliveryState.accepted.sql) FROM campaigns;
        INSERT INTO campaign_lanes SELECT campaign_id, 1, account_id, 1, 1, 1, 1 FROM campaigns;
        INSERT INTO counters (campaign_id, lane_id, writer, accepted) SELECT campaign_id, 1, 0, 1 FROM campaigns;
        INSERT INTO workers VALUES (\(workerRun), 'alive', 100, '{default}', now(), now() + interval '1 day');
        """

    /// All that has come since.
    static var grown: String {
        """
        INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain, attributes)
        SELECT a, k, k, 1, sha256(format('%s/%s', a, k)::bytea), 1, 'example.net', jsonb_build_object('n', n % 1000)
        FROM generate_series(1, \(accounts)) a,
             generate_series(2, CASE a WHEN 1 THEN \(contacts) ELSE 100 END) n, format('c%s@example.net', n) k;
        INSERT INTO list_members (list_id, contact_id, account_id, source)
        SELECT account_id, contact_id, account_id, 'test' FROM contacts ON CONFLICT DO NOTHING;
        INSERT INTO campaigns (account_id, list_id, name, state, start_at, started_at, expires_at, version)
        SELECT a, a, 'c' || n, CASE WHEN n < \(large) THEN \(CampaignState.finished.sql)
                                    WHEN n < \(starting) THEN \(CampaignState.running.sql)
                                    ELSE \(CampaignState.starting.sql) END, now(), now(), now() + interval '1 day', 1
        FROM generate_series(201, \(campaigns)) n,
             LATERAL (SELECT CASE WHEN n < \(large) THEN 1 + n % 200 ELSE n - \(large) + 1 END) AS t(a);
        INSERT INTO campaign_versions
        SELECT campaign_id, 1, account_id, 'Hello', '<p>Hello</p>', NULL, '{}' FROM campaigns;
        UPDATE campaigns SET lease_token = \(Totals.driver), lease_until = now() + interval '1 day'
        WHERE campaign_id >= \(large);
        -- Old rows: the largest list again and again.
        INSERT INTO deliveries (contact_id, campaign_id, seq, account_id, list_id, lane_id, state, attempt, code)
        SELECT contact_id, k, row_number() OVER (PARTITION BY k ORDER BY contact_id), 1, 1, 1,
               \(DeliveryState.accepted.sql), 1, 250
        FROM contacts, generate_series(201, 200 + \(oldDeliveries / contacts)) k WHERE account_id = 1;
        INSERT INTO deliveries (contact_id, campaign_id, seq, account_id, list_id, lane_id)
        SELECT c.contact_id, k.campaign_id, row_number() OVER (PARTITION BY k.campaign_id ORDER BY c.contact_id),
               k.account_id, k.list_id, 1
        FROM campaigns k JOIN contacts c ON c.account_id = k.account_id
        WHERE k.campaign_id BETWEEN \(large) AND \(small.upperBound);
        INSERT INTO deliveries (contact_id, campaign_id, seq, account_id, list_id, lane_id)
        SELECT contact_id, \(toFew), row_number() OVER (ORDER BY contact_id), 1, 1, 1
        FROM contacts WHERE account_id = 1 ORDER BY contact_id LIMIT 100;
        INSERT INTO campaign_lanes
        SELECT campaign_id, 1, account_id, 1, CASE WHEN campaign_id = \(large) THEN \(contacts) ELSE 100 END, 0, 1
        FROM campaigns WHERE campaign_id BETWEEN 201 AND \(small.upperBound);
        INSERT INTO counters (campaign_id, lane_id, writer, pending, accepted)
        SELECT campaign_id, 1, 0, CASE WHEN campaign_id < \(large) THEN 0 ELSE 100 END, 100
        FROM campaigns WHERE campaign_id BETWEEN 201 AND \(small.upperBound);
        UPDATE deliveries SET state = \(DeliveryState.deferred.sql)
        WHERE campaign_id = \(large) AND seq > \(contacts - retries);
        INSERT INTO retries SELECT campaign_id, seq, account_id, lane_id, now(), now() FROM deliveries
        WHERE campaign_id = \(large) AND state = \(DeliveryState.deferred.sql);
        INSERT INTO claims (token, campaign_id, incarnation, seqs)
        SELECT 10000 + n, \(large), \(workerRun), ARRAY[n] FROM generate_series(1, 2000) n;
        INSERT INTO suppressions (account_id, key_version, address_hash, scope, reason)
        SELECT account_id, 1, address_hash, \(SuppressionScope.all.rawValue), \(SuppressionReason.unsubscribe.rawValue)
        FROM contacts WHERE contact_id % 20 = 0;
        INSERT INTO bounces (account_id, campaign_id, seq, contact_id, lane_id, attempt, kind, detail, source_hash)
        SELECT 1 + n % 200, 201 + n % 700, n, n, 1, 1, n % 3, '', sha256(n::text::bytea)
        FROM generate_series(1, 20000) n;
        INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
        SELECT 201 + n % 700, n, 1 + n % 200, 1, 1, 1, 450, 'later' FROM generate_series(1, 20000) n;
        INSERT INTO campaign_samples (campaign_id, account_id, at, pending, sending, deferred, accepted, failed,
                                      suppressed, uncertain, cancelled, expired, dead)
        SELECT 201 + n % 799, 1, now() - n * interval '1 minute', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
        FROM generate_series(1, 20000) n;
        SELECT analyze_grown_tables(\(large));
        """
    }

    /// As after pg_restore, or pg_upgrade: nothing is known of any table.
    static let forgotten = """
        DELETE FROM pg_statistic;
        UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE relnamespace = 'public'::regnamespace;
        """

    /// As where the partition has fifty million rows: so many more may be in whatever range is asked for.
    static let thoughtLarge = """
        UPDATE pg_class SET reltuples = 50000000 WHERE relname LIKE 'deliveries_p%' AND relkind = 'r' AND reltuples > 0
        """
}
