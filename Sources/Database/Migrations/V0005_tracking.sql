-- Opens and clicks (docs/ARCHITECTURE.md, "Opens and clicks"). Locks no large table: `events` is empty until now.

-- The most that an account lets us learn of its recipients: 0 nothing, 1 figures without names, 2 who it was.
ALTER TABLE accounts ADD COLUMN tracking smallint NOT NULL DEFAULT 1 CHECK (tracking BETWEEN 0 AND 2);

-- A campaign learns no more than its account allows: names only after the account has asked for them, nothing where it
-- wants nothing. Whoever writes the campaign, and however.
CREATE FUNCTION limit_tracking() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    allowed smallint;
BEGIN
    SELECT tracking INTO allowed FROM public.accounts WHERE account_id = NEW.account_id;
    IF NEW.tracking = 2 AND allowed < 2 THEN
        RAISE EXCEPTION 'the account has not opted in to individual tracking'
            USING ERRCODE = 'check_violation', HINT = 'Ask the account, then: veredus account tracking NAME individual';
    END IF;
    IF allowed = 0 THEN NEW.tracking := 0; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tracking_limited BEFORE INSERT OR UPDATE OF tracking ON campaigns
    FOR EACH ROW EXECUTE FUNCTION limit_tracking();
GRANT UPDATE (tracking) ON accounts TO veredus_admin;

-- What was counted once in tracking mode `aggregate`: a bare set of the random numbers of pixels and links. No time, no
-- link, no account, no order but the numbers' own: each flush writes its numbers sorted, in one transaction with all the
-- others. Nobody but the recorder reads it.
CREATE TABLE counted (
    campaign_id  int NOT NULL,
    purpose      smallint NOT NULL,                         -- 0 open, 1 click
    number       bytea NOT NULL CHECK (length(number) = 16),
    PRIMARY KEY (campaign_id, purpose, number)
);

-- The same for tracking mode `individual`, where the recipient is what is counted once.
CREATE TABLE engaged (
    campaign_id  int NOT NULL,
    seq          int NOT NULL,
    kind         smallint NOT NULL,                         -- 0 open, 1 click
    link         int NOT NULL,                              -- 0 for an open
    account_id   int NOT NULL,
    first_at     timestamptz NOT NULL,
    PRIMARY KEY (campaign_id, seq, kind, link)
);

-- The figures: by campaign, link and hour. Room on every page: a row is changed once a minute while its hour lasts.
CREATE TABLE engagement (
    campaign_id  int NOT NULL,
    kind         smallint NOT NULL,                         -- 0 open, 1 click
    link         int NOT NULL,                              -- 0 for opens
    hour         int NOT NULL,                              -- hours since 1970
    account_id   int NOT NULL,
    firsts       bigint NOT NULL,                           -- pixels or links that were asked for the first time
    total        bigint NOT NULL,                           -- how often they were asked for
    machines     bigint NOT NULL,                           -- how often by machines, which count in neither
    PRIMARY KEY (campaign_id, kind, link, hour)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- When an event happened, only where it names a recipient anyway: without a seq there is neither a link nor a time.
ALTER TABLE events ADD COLUMN happened_at timestamptz;
ALTER TABLE events ADD CHECK (seq IS NOT NULL OR link IS NULL AND happened_at IS NULL);

-- Takes what no day's partition is there for, so that no event is refused because maintenance was forgotten.
CREATE TABLE events_default PARTITION OF events DEFAULT;
ALTER TABLE events_default ENABLE ROW LEVEL SECURITY;
ALTER TABLE events_default FORCE ROW LEVEL SECURITY;

-- Makes a partition for each day from yesterday until so many days ahead. `veredus migrate` and `veredus maintain` call
-- it; no program may. What the default partition holds of a day moves to the day's own.
CREATE FUNCTION make_event_partitions(ahead int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    today CONSTANT date := (now() AT TIME ZONE 'UTC')::date;
    made  int := 0;
    part  text;
BEGIN
    -- Nothing may come into it between the move of a day's rows and the day's own partition.
    LOCK TABLE events_default IN SHARE ROW EXCLUSIVE MODE;
    FOR offset_days IN -1 .. ahead LOOP
        part := 'events_' || to_char(today + offset_days, 'YYYYMMDD');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I (LIKE events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
        EXECUTE format('WITH moved AS (DELETE FROM events_default WHERE day = %L RETURNING *)
                        INSERT INTO %I SELECT * FROM moved', today + offset_days, part);
        EXECUTE format('ALTER TABLE events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                       part, today + offset_days, today + offset_days + 1);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', part);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', part);
        made := made + 1;
    END LOOP;
    RETURN made;
END $$;
SELECT make_event_partitions(14);

-- Drops the days that are older than so many. The figures and the sets stay.
CREATE FUNCTION drop_event_partitions(keep int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    oldest  CONSTANT date := (now() AT TIME ZONE 'UTC')::date - keep;
    part    regclass;
    dropped int := 0;
BEGIN
    FOR part IN
        SELECT inhrelid::regclass FROM pg_inherits
        WHERE inhparent = 'events'::regclass AND inhrelid::regclass::text ~ '^events_[0-9]{8}$'
          AND to_date(substr(inhrelid::regclass::text, 8), 'YYYYMMDD') < oldest
    LOOP
        EXECUTE format('DROP TABLE %s', part);
        dropped := dropped + 1;
    END LOOP;
    DELETE FROM events_default WHERE day < oldest;
    RETURN dropped;
END $$;
REVOKE ALL ON FUNCTION make_event_partitions(int), drop_event_partitions(int) FROM PUBLIC;

-- The links of letters, for whoever has one: the redirect needs no account, and sees nothing else of one.
CREATE FUNCTION tracked_links(campaigns int[])
RETURNS TABLE (campaign_id int, tracking smallint, number int, url text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT l.campaign_id, c.tracking, l.number, l.url
   FROM public.campaigns c JOIN public.links l ON l.campaign_id = c.campaign_id AND l.version = c.version
   WHERE c.campaign_id = ANY($1) ORDER BY l.campaign_id, l.number $$;

-- Campaigns whose links are likely to be asked for: the newest, started in the last 60 days.
CREATE FUNCTION newly_tracked(most int) RETURNS SETOF int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT campaign_id FROM public.campaigns
   WHERE started_at > now() - interval '60 days' ORDER BY campaign_id DESC LIMIT $1 $$;
REVOKE ALL ON FUNCTION tracked_links(int[]), newly_tracked(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tracked_links(int[]), newly_tracked(int) TO veredus_web;

ALTER TABLE counted ENABLE ROW LEVEL SECURITY;
ALTER TABLE counted FORCE ROW LEVEL SECURITY;
CREATE POLICY recorder_only ON counted TO veredus_recorder USING (true) WITH CHECK (true);
DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['engaged', 'engagement'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY one_account ON %I TO veredus_admin, veredus_web
            USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()))', tenant);
        EXECUTE format('CREATE POLICY all_accounts ON %I TO veredus_recorder USING (true) WITH CHECK (true)', tenant);
    END LOOP;
END $$;

GRANT SELECT, INSERT ON events, counted, engaged TO veredus_recorder;
GRANT SELECT, INSERT, UPDATE ON engagement TO veredus_recorder;
GRANT SELECT (campaign_id, account_id, tracking, audience) ON campaigns TO veredus_recorder;
GRANT SELECT (campaign_id, seq, account_id, state, attempt, changed_at), UPDATE (state, reason, changed_at)
    ON deliveries TO veredus_recorder;
GRANT INSERT ON dead_letters TO veredus_recorder;
GRANT SELECT ON engagement, engaged TO veredus_admin, veredus_web;
GRANT SELECT ON links, counters, campaigns TO veredus_web;
