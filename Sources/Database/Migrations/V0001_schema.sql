-- The schema of docs/ARCHITECTURE.md, "The database". Locks no table that holds data: there is none yet.
--
-- Runs as veredus_owner, the owner of everything here; no program logs in as it. The other roles exist already
-- (DatabaseBootstrap). Numbers of states, kinds and judgements are those of the enums in Sources/Shared.

-- Accounts and their people -------------------------------------------------------------------------------------------

CREATE TABLE accounts (
    account_id  int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name        text NOT NULL UNIQUE CHECK (name <> '' AND length(name) <= 200),
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    user_id     int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  int REFERENCES accounts,                    -- NULL: staff of the service
    login       text NOT NULL UNIQUE,
    role        text NOT NULL CHECK (role IN ('owner', 'editor', 'viewer', 'admin', 'support', 'billing', 'marketing')),
    password    text,                                       -- a salted hash; NULL until set through a reset link
    created_at  timestamptz NOT NULL DEFAULT now(),
    CHECK ((account_id IS NULL) = (role IN ('admin', 'support', 'billing', 'marketing')))
);

-- Contacts are never deleted: an erasure blanks the row and keeps its id and hash, so that a re-import cannot revive it.
CREATE TABLE contacts (
    contact_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id    int NOT NULL REFERENCES accounts,
    address       text NOT NULL,                            -- as the account wrote it; '' once erased
    address_key   text NOT NULL,                            -- normalised; 'erased:<id>' once erased
    address_rule  smallint NOT NULL,                        -- version of the rule that made address_key
    address_hash  bytea NOT NULL CHECK (length(address_hash) = 32),
    hash_key      smallint NOT NULL,                        -- which key made address_hash; the key is not in here
    domain        text NOT NULL,
    attributes    jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(attributes) = 'object'),
    status        smallint NOT NULL DEFAULT 0,              -- 0 active, 1 erased
    version       int NOT NULL DEFAULT 1,                   -- raised by every change of address or attributes
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, address_key)
);
CREATE INDEX contacts_by_hash ON contacts (account_id, address_hash);
CREATE INDEX contacts_erased ON contacts (account_id) WHERE status <> 0;

CREATE TABLE lists (
    list_id     int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id  int NOT NULL REFERENCES accounts,
    name        text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, name),
    UNIQUE (list_id, account_id)                            -- a row that names a list is of the list's account
);

CREATE TABLE list_members (
    list_id       int NOT NULL,
    contact_id    bigint NOT NULL REFERENCES contacts,
    account_id    int NOT NULL,
    status        smallint NOT NULL DEFAULT 0,              -- 0 subscribed, 1 unsubscribed
    source        text NOT NULL,                            -- where the consent comes from
    consented_at  timestamptz NOT NULL DEFAULT now(),
    changed_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (list_id, contact_id),
    FOREIGN KEY (list_id, account_id) REFERENCES lists (list_id, account_id)
);
CREATE INDEX list_members_by_contact ON list_members (contact_id);

-- Who must not be mailed. list_id 0 where the scope is not a list.
CREATE TABLE suppressions (
    account_id    int NOT NULL REFERENCES accounts,
    key_version   smallint NOT NULL,
    address_hash  bytea NOT NULL CHECK (length(address_hash) = 32),
    scope         smallint NOT NULL,                        -- 0 all mail, 1 marketing, 2 one list
    list_id       int NOT NULL DEFAULT 0,
    reason        smallint NOT NULL,                        -- 0 unsubscribe, 1 hard bounce, 2 complaint, 3 by hand, 4 erasure
    source        text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, address_hash, key_version, scope, list_id, reason),
    CHECK ((scope = 2) = (list_id <> 0))
);

-- Which key made the hashes: HMAC of a fixed text. A program whose key gives another value refuses to send.
CREATE TABLE key_checks (
    purpose      text NOT NULL,
    key_version  smallint NOT NULL,
    check_value  bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (purpose, key_version)
);

-- Campaigns -----------------------------------------------------------------------------------------------------------

-- A lane is a group of recipients' domains with a queue of its own, jobs.<name>. Lane 1 takes every other domain.
CREATE TABLE lanes (
    lane_id  smallint PRIMARY KEY CHECK (lane_id > 0),
    name     text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9-]{0,39}$')
);
INSERT INTO lanes VALUES (1, 'default');

CREATE TABLE lane_domains (
    domain   text PRIMARY KEY,
    lane_id  smallint NOT NULL REFERENCES lanes
);

CREATE TABLE campaigns (
    campaign_id   int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id    int NOT NULL REFERENCES accounts,
    list_id       int NOT NULL,
    name          text NOT NULL,
    kind          smallint NOT NULL DEFAULT 0,              -- 0 marketing, 1 transactional
    policy        smallint NOT NULL DEFAULT 0,              -- 0 at-most-once, 1 at-least-once
    tracking      smallint NOT NULL DEFAULT 1,              -- 0 none, 1 aggregate, 2 individual
    state         smallint NOT NULL DEFAULT 0,              -- 0 draft 1 starting 2 running 3 paused 4 cancelling 5 cancelled 6 finished
    version       int,                                      -- frozen at start; NULL before
    lifetime      interval NOT NULL DEFAULT '3 days',       -- after start, until what is left expires
    audience      int NOT NULL DEFAULT 0,
    created_at    timestamptz NOT NULL DEFAULT now(),
    start_at      timestamptz,                              -- when a start was asked for
    started_at    timestamptz,
    expires_at    timestamptz,
    finished_at   timestamptz,
    follows       int REFERENCES campaigns,                 -- mails those whom that campaign left in …
    follows_state smallint,                                 -- … this final state
    held_because  text NOT NULL DEFAULT '',                 -- why it was paused by itself; '' when a person did
    dead_before   int NOT NULL DEFAULT 0,                   -- dead rows when it was resumed last: known, and accepted
    republish     boolean NOT NULL DEFAULT false,           -- resumed: its acknowledged jobs are to be published anew
    lease_token   bigint NOT NULL DEFAULT 0,                -- of the producer that drives it
    lease_until   timestamptz NOT NULL DEFAULT '-infinity',
    FOREIGN KEY (list_id, account_id) REFERENCES lists (list_id, account_id)
);
CREATE INDEX campaigns_open ON campaigns (campaign_id) WHERE state IN (1, 2, 3, 4);

CREATE TABLE campaign_versions (
    campaign_id  int NOT NULL REFERENCES campaigns,
    version      int NOT NULL,
    account_id   int NOT NULL,
    subject      text NOT NULL,
    html         text NOT NULL,
    plain        text,                                      -- NULL: made from the HTML
    settings     jsonb NOT NULL,                            -- sender, reply-to, defaults of fields, language
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (campaign_id, version)
);

-- Each lane of a campaign is one contiguous range of seq; everything up to the cursor was published.
CREATE TABLE campaign_lanes (
    campaign_id  int NOT NULL,
    lane_id      smallint NOT NULL,
    account_id   int NOT NULL,
    first_seq    int NOT NULL,
    last_seq     int NOT NULL,
    cursor       int NOT NULL,
    generation   int NOT NULL DEFAULT 1,
    PRIMARY KEY (campaign_id, lane_id)
) WITH (fillfactor = 50);

CREATE TABLE links (
    campaign_id  int NOT NULL,
    version      int NOT NULL,
    number       int NOT NULL,
    account_id   int NOT NULL,
    url          text NOT NULL,
    PRIMARY KEY (campaign_id, version, number)
);

-- Deliveries ----------------------------------------------------------------------------------------------------------

-- One row per recipient of a campaign. No foreign keys (the freeze is the only writer of identity columns), no index
-- on state (it would end HOT updates), room on every page for the two updates that each row gets.
CREATE TABLE deliveries (
    contact_id   bigint NOT NULL,
    token        bigint NOT NULL DEFAULT 0,                 -- of the claim that marked it last
    changed_at   timestamptz NOT NULL DEFAULT now(),
    campaign_id  int NOT NULL,
    seq          int NOT NULL,
    account_id   int NOT NULL,
    list_id      int NOT NULL,
    lane_id      smallint NOT NULL,
    state        smallint NOT NULL DEFAULT 0,
    attempt      smallint NOT NULL DEFAULT 0,               -- marks so far
    code         smallint NOT NULL DEFAULT 0,               -- SMTP reply code that decided, 0 without a reply
    reason       smallint NOT NULL DEFAULT 0,
    suspect      smallint NOT NULL DEFAULT 0,               -- crashes that this row was in hand for
    recalled     boolean NOT NULL DEFAULT false,            -- consent ended while it was being sent: never again
    reopened     smallint NOT NULL DEFAULT 0,               -- times an operator sent it on its way again, audited:
                                                            -- as many copies more than one are allowed
    PRIMARY KEY (campaign_id, seq),
    UNIQUE (campaign_id, contact_id)
) PARTITION BY RANGE (campaign_id);

-- Makes coarse partitions ahead of the campaigns' numbers. `veredus migrate` calls it; no program may.
CREATE FUNCTION make_delivery_partitions() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    width  CONSTANT int := 2000;
    newest int;
    made   int := 0;
BEGIN
    SELECT COALESCE(max(campaign_id), 0) INTO newest FROM campaigns;
    FOR part IN (newest / width) .. (newest / width + 1) LOOP
        IF to_regclass(format('deliveries_p%s', part)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE deliveries_p%s PARTITION OF deliveries FOR VALUES FROM (%s) TO (%s)
                 WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)',
                part, part * width, (part + 1) * width);
            EXECUTE format('ALTER TABLE deliveries_p%s ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE deliveries_p%s FORCE ROW LEVEL SECURITY', part);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;
SELECT make_delivery_partitions();

-- How many rows of a campaign's lane are in each state, as differences by writing backend: their sum is the truth.
CREATE TABLE counters (
    campaign_id  int NOT NULL,
    lane_id      smallint NOT NULL,
    writer       int NOT NULL,                              -- pg_backend_pid(); 0 for the freeze and for merged rows
    pending      int NOT NULL DEFAULT 0,
    sending      int NOT NULL DEFAULT 0,
    deferred     int NOT NULL DEFAULT 0,
    accepted     int NOT NULL DEFAULT 0,
    failed       int NOT NULL DEFAULT 0,
    suppressed   int NOT NULL DEFAULT 0,
    uncertain    int NOT NULL DEFAULT 0,
    cancelled    int NOT NULL DEFAULT 0,
    expired      int NOT NULL DEFAULT 0,
    dead         int NOT NULL DEFAULT 0,
    PRIMARY KEY (campaign_id, lane_id, writer)
) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

-- Keeps the counters in the transaction that changes the rows, whoever does it and however: they cannot drift.
-- pg_temp is named last in these functions: unnamed it comes first, and a table of the caller's would be written to as
-- the owner.
CREATE FUNCTION count_changed_deliveries() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO counters AS c (campaign_id, lane_id, writer, pending, sending, deferred, accepted, failed, suppressed,
                               uncertain, cancelled, expired, dead)
    SELECT campaign_id, lane_id, pg_backend_pid(),
           COALESCE(sum(n) FILTER (WHERE state = 0), 0), COALESCE(sum(n) FILTER (WHERE state = 1), 0),
           COALESCE(sum(n) FILTER (WHERE state = 2), 0), COALESCE(sum(n) FILTER (WHERE state = 3), 0),
           COALESCE(sum(n) FILTER (WHERE state = 4), 0), COALESCE(sum(n) FILTER (WHERE state = 5), 0),
           COALESCE(sum(n) FILTER (WHERE state = 6), 0), COALESCE(sum(n) FILTER (WHERE state = 7), 0),
           COALESCE(sum(n) FILTER (WHERE state = 8), 0), COALESCE(sum(n) FILTER (WHERE state = 9), 0)
    FROM (SELECT campaign_id, lane_id, state, 1 AS n FROM after UNION ALL
          SELECT campaign_id, lane_id, state, -1 FROM before) AS changes
    GROUP BY campaign_id, lane_id
    ON CONFLICT (campaign_id, lane_id, writer) DO UPDATE SET
        pending = c.pending + excluded.pending, sending = c.sending + excluded.sending,
        deferred = c.deferred + excluded.deferred, accepted = c.accepted + excluded.accepted,
        failed = c.failed + excluded.failed, suppressed = c.suppressed + excluded.suppressed,
        uncertain = c.uncertain + excluded.uncertain, cancelled = c.cancelled + excluded.cancelled,
        expired = c.expired + excluded.expired, dead = c.dead + excluded.dead;
    RETURN NULL;
END $$;
CREATE TRIGGER deliveries_counted AFTER UPDATE ON deliveries
    REFERENCING OLD TABLE AS before NEW TABLE AS after
    FOR EACH STATEMENT EXECUTE FUNCTION count_changed_deliveries();

-- One run of a worker process. It may send while alive_until is ahead, by this database's clock.
CREATE TABLE workers (
    incarnation  bigint PRIMARY KEY,
    name         text NOT NULL,
    slots        int NOT NULL,
    lanes        text[] NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    alive_until  timestamptz NOT NULL
) WITH (fillfactor = 50);

-- Each claim batch, until every letter of it is recorded.
CREATE TABLE claims (
    token        bigint NOT NULL,
    campaign_id  int NOT NULL,
    incarnation  bigint NOT NULL,
    seqs         int[] NOT NULL,
    claimed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (token, campaign_id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX claims_by_incarnation ON claims (incarnation);

-- One row for every delivery in state deferred.
CREATE TABLE retries (
    campaign_id  int NOT NULL,
    seq          int NOT NULL,
    account_id   int NOT NULL,
    lane_id      smallint NOT NULL,
    due          timestamptz NOT NULL,                      -- no attempt before
    publish_at   timestamptz NOT NULL,                      -- when the producer publishes it next
    PRIMARY KEY (campaign_id, seq)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
CREATE INDEX retries_by_publish_at ON retries (publish_at);

-- What the other side, or we ourselves, said when a letter was not accepted.
CREATE TABLE replies (
    reply_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id  int NOT NULL,
    seq          int NOT NULL,
    account_id   int NOT NULL,
    attempt      smallint NOT NULL,
    judgement    smallint NOT NULL,
    step         smallint NOT NULL,
    code         smallint NOT NULL,
    reply        text NOT NULL,
    replied_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX replies_by_delivery ON replies (campaign_id, seq);

CREATE TABLE dead_letters (
    dead_letter_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign_id     int,                                    -- NULL: the envelope could not be read
    seq             int,
    account_id      int,
    reason          smallint NOT NULL,                      -- 0 undecodable 1 too new 2 poison 3 render error 4 internal error
    detail          text NOT NULL,
    worker          text NOT NULL,
    attempt         smallint NOT NULL DEFAULT 0,
    queue           text NOT NULL,
    envelope        bytea NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    settled_at      timestamptz,                            -- NULL: an operator has still to decide
    settlement      smallint,                               -- 0 sent again 1 opted out meanwhile 2 final already 3 discarded
    CHECK ((settled_at IS NULL) = (settlement IS NULL))
);
CREATE INDEX dead_letters_by_campaign ON dead_letters (campaign_id, seq);
CREATE INDEX dead_letters_open ON dead_letters (dead_letter_id) WHERE settled_at IS NULL;

-- How long something took, as a histogram: what is measured, buckets by their upper bound. Nothing of a tenant's.
CREATE TABLE latencies (
    what       text NOT NULL,                               -- opt-out: from the request to the committed recall
    bucket_ms  int NOT NULL,
    n          bigint NOT NULL,
    PRIMARY KEY (what, bucket_ms)
);

-- Which database this is. A copy of it that comes back to life elsewhere, or from yesterday, must not send again what
-- the other one has sent: programs compare this row with the server they talk to, and with witnesses of their own.
CREATE TABLE installation (
    singleton          boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    installation_id    uuid NOT NULL DEFAULT gen_random_uuid(), -- kept by every copy
    system_identifier  bigint NOT NULL,                     -- pg_control_system()
    timeline           int NOT NULL,
    generation         bigint NOT NULL,                     -- raised every minute while a producer runs
    raised_at          timestamptz NOT NULL
);

-- The timeline that the server writes on. The control file's own may be as old as its last checkpoint.
CREATE FUNCTION server_timeline() RETURNS int LANGUAGE sql STABLE AS
$$ SELECT ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int $$;

INSERT INTO installation (system_identifier, timeline, generation, raised_at)
SELECT system_identifier, server_timeline(), floor(extract(epoch FROM now()) / 60), now() FROM pg_control_system();

-- What comes back ----------------------------------------------------------------------------------------------------

CREATE TABLE events (
    event_id     bytea NOT NULL CHECK (length(event_id) = 16),
    day          date NOT NULL,
    account_id   int NOT NULL,
    campaign_id  int NOT NULL,
    kind         smallint NOT NULL,
    seq          int,                                       -- only where the account's tracking names the recipient
    link         int,
    PRIMARY KEY (day, event_id)
) PARTITION BY RANGE (day);

CREATE TABLE bounces (
    bounce_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id   int NOT NULL,
    campaign_id  int NOT NULL,
    seq          int NOT NULL,
    attempt      smallint NOT NULL,
    kind         smallint NOT NULL,
    detail       text NOT NULL,
    source_hash  bytea NOT NULL UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now()
);

-- Who did what to whose data, and why: each row's hash covers the one before.
CREATE TABLE audit (
    audit_id    bigint PRIMARY KEY,
    at          timestamptz NOT NULL,
    actor       text NOT NULL,
    account_id  int,
    action      text NOT NULL,
    subject     text NOT NULL,
    reason      text NOT NULL,
    hash        bytea NOT NULL
);

CREATE FUNCTION write_audit(actor text, account int, action text, subject text, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    last_id   bigint;
    last_hash bytea;
    moment    CONSTANT timestamptz := clock_timestamp();
BEGIN
    PERFORM pg_advisory_xact_lock(4, 0);
    SELECT a.audit_id, a.hash INTO last_id, last_hash FROM audit a ORDER BY a.audit_id DESC LIMIT 1;
    last_id := COALESCE(last_id, 0) + 1;
    INSERT INTO audit VALUES (
        last_id, moment, actor, account, action, subject, reason,
        sha256(COALESCE(last_hash, '') || convert_to(
            jsonb_build_array(last_id, extract(epoch FROM moment), actor, account, action, subject, reason)::text, 'UTF8')));
    RETURN last_id;
END $$;

-- Which account a campaign belongs to: what the admin tool must know before it may see that account and no other.
CREATE FUNCTION account_of_campaign(campaign int) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT account_id FROM campaigns WHERE campaign_id = campaign $$;

-- Which account a dead letter belongs to; NULL for one that could not be read, and for none.
CREATE FUNCTION account_of_dead_letter(letter bigint) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT account_id FROM dead_letters WHERE dead_letter_id = letter $$;

-- How many dead letters wait for a decision, and how many there are, of all accounts: what doctor compares with the queue.
CREATE FUNCTION count_dead_letters(OUT waiting bigint, OUT total bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT count(*) FILTER (WHERE settled_at IS NULL), count(*) FROM dead_letters $$;

-- Freshly frozen rows need statistics, or keyset reads choose a bitmap scan with a sort. Only the owner may ANALYZE.
CREATE FUNCTION analyze_deliveries() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ BEGIN ANALYZE deliveries; ANALYZE campaign_lanes; END $$;

-- Walls --------------------------------------------------------------------------------------------------------------

-- The account that the transaction may see, or NULL, which sees nothing.
CREATE FUNCTION visible_account() RETURNS int LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('veredus.account', true), '')::int $$;

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['accounts', 'users', 'contacts', 'lists', 'list_members', 'suppressions', 'campaigns',
        'campaign_versions', 'campaign_lanes', 'links', 'deliveries', 'retries', 'replies', 'dead_letters', 'events',
        'bounces', 'audit'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant);
        -- One account at a time: the programs that serve people.
        EXECUTE format('CREATE POLICY one_account ON %I TO veredus_admin, veredus_web
            USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()))', tenant);
        -- All accounts, by nature; column grants say what of them.
        EXECUTE format('CREATE POLICY all_accounts ON %I TO veredus_producer, veredus_worker, veredus_recorder,
            veredus_inbound USING (true) WITH CHECK (true)', tenant);
    END LOOP;
END $$;
-- The operator's tool lists accounts before it chooses one.
CREATE POLICY every_name ON accounts FOR SELECT TO veredus_admin USING (true);
CREATE POLICY new_account ON accounts FOR INSERT TO veredus_admin WITH CHECK (true);
-- A dead letter that could not be read names no account: the operator must be able to look at it and to settle it.
CREATE POLICY unreadable ON dead_letters TO veredus_admin USING (account_id IS NULL) WITH CHECK (account_id IS NULL);
-- counters, claims, workers, latencies, lanes, lane_domains and key_checks hold numbers and names of ours, nothing of a tenant's.

REVOKE ALL ON FUNCTION make_delivery_partitions(), analyze_deliveries(), account_of_campaign(int),
    account_of_dead_letter(bigint), count_dead_letters(), write_audit(text, int, text, text, text) FROM PUBLIC;

GRANT SELECT ON installation TO veredus_producer, veredus_worker, veredus_admin, veredus_web, veredus_recorder,
    veredus_inbound;
GRANT UPDATE (generation, raised_at) ON installation TO veredus_producer, veredus_worker;
GRANT UPDATE ON installation TO veredus_admin;
GRANT SELECT ON lanes, lane_domains, key_checks TO veredus_producer, veredus_worker, veredus_admin, veredus_web, veredus_inbound;

GRANT SELECT, UPDATE ON campaigns TO veredus_producer;
GRANT SELECT ON accounts, campaign_versions, lists, contacts, list_members, suppressions, workers TO veredus_producer;
GRANT SELECT, INSERT, UPDATE, DELETE ON campaign_lanes, retries, counters TO veredus_producer;
GRANT SELECT, INSERT ON links TO veredus_producer;
GRANT SELECT, INSERT, UPDATE (state, token, changed_at, reason, attempt) ON deliveries TO veredus_producer;
GRANT SELECT, UPDATE, DELETE ON claims TO veredus_producer;
GRANT DELETE ON workers TO veredus_producer;
GRANT INSERT ON replies TO veredus_producer;
GRANT EXECUTE ON FUNCTION analyze_deliveries(), write_audit(text, int, text, text, text) TO veredus_producer;

GRANT SELECT (campaign_id, account_id, list_id, name, kind, policy, tracking, state, version, expires_at) ON campaigns TO veredus_worker;
GRANT SELECT ON campaign_versions, links TO veredus_worker;
GRANT SELECT ON accounts, lists TO veredus_worker;
GRANT SELECT (campaign_id, lane_id, generation) ON campaign_lanes TO veredus_worker;
GRANT SELECT (contact_id, address, attributes, status, version) ON contacts TO veredus_worker;
GRANT SELECT, UPDATE (state, attempt, token, code, reason, suspect, changed_at) ON deliveries TO veredus_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON claims, retries, workers TO veredus_worker;
GRANT INSERT ON replies, dead_letters TO veredus_worker;

GRANT SELECT, INSERT ON accounts, lists, list_members, suppressions, campaign_versions TO veredus_admin;
GRANT SELECT, INSERT, UPDATE ON contacts, campaigns TO veredus_admin;
GRANT UPDATE ON list_members TO veredus_admin;
GRANT DELETE ON suppressions TO veredus_admin;
GRANT SELECT, INSERT, UPDATE ON lanes, lane_domains, key_checks TO veredus_admin;
GRANT DELETE ON lane_domains TO veredus_admin;
GRANT SELECT ON campaign_lanes, links, deliveries, counters, retries, replies, dead_letters, claims, workers, audit, bounces, events TO veredus_admin;
GRANT UPDATE (state, reason, suspect, recalled, reopened, changed_at) ON deliveries TO veredus_admin;
GRANT UPDATE (settled_at, settlement) ON dead_letters TO veredus_admin;
GRANT SELECT, INSERT, UPDATE ON latencies TO veredus_admin;
GRANT SELECT ON SEQUENCE campaigns_campaign_id_seq TO veredus_admin;
GRANT DELETE ON retries TO veredus_admin;
GRANT EXECUTE ON FUNCTION account_of_campaign(int), account_of_dead_letter(bigint), count_dead_letters(),
    write_audit(text, int, text, text, text) TO veredus_admin;
