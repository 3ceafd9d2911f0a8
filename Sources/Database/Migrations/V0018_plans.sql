-- Plans that do not flip: what a statement costs depends on what it touches, never on how many accounts, campaigns and
-- finished rows there are, nor on how old the statistics are.

-- Of an account that the statistics do not know, the planner expects one row: by the account alone it then took the
-- index of hashes for looking up addresses. The hash comes first, and only who has one can use it.
DROP INDEX contacts_by_hash;
CREATE INDEX contacts_by_hash ON contacts (address_hash, account_id);
DROP INDEX contacts_erased;
CREATE INDEX contacts_erased ON contacts (account_id, address_hash) WHERE status <> 0;

-- An account's campaigns, newest first: for its pages, and for its complaints.
CREATE INDEX campaigns_by_account ON campaigns (account_id, campaign_id);

-- The due retries of a campaign, so that those of paused ones are not passed over again and again.
DROP INDEX retries_by_publish_at;
CREATE INDEX retries_by_publish_at ON retries (campaign_id, publish_at);

-- Many campaigns with one recipient each make the next one look as small: a campaign counts as a share of its partition.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'deliveries'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN campaign_id SET (n_distinct = 200)', part);
    END LOOP;
END $$;

-- As before, and partitions to come alike.
CREATE OR REPLACE FUNCTION make_delivery_partitions() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    width  CONSTANT int := 2000;
    newest int;
    made   int := 0;
BEGIN
    SELECT greatest((SELECT COALESCE(max(campaign_id), 0) FROM campaigns), s.last_value::int) INTO newest
    FROM campaigns_campaign_id_seq s;
    FOR part IN (newest / width) .. (newest / width + 1) LOOP
        IF to_regclass(format('deliveries_p%s', part)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE public.deliveries_p%s PARTITION OF public.deliveries FOR VALUES FROM (%s) TO (%s)
                 WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)',
                part, part * width, (part + 1) * width);
            EXECUTE format('ALTER TABLE deliveries_p%s ALTER COLUMN campaign_id SET (n_distinct = 200)', part);
            EXECUTE format('ALTER TABLE deliveries_p%s ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE deliveries_p%s FORCE ROW LEVEL SECURITY', part);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

-- The planner takes an empty table for empty until somebody counts again. The freeze has that done when a table has
-- doubled since, not for each campaign. Only the owner may ANALYZE.
DROP FUNCTION analyze_deliveries();
CREATE FUNCTION analyze_grown_tables(campaign int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    grown text;
BEGIN
    FOR grown IN
        SELECT format('%I', c.relname) FROM pg_class c
        WHERE c.oid IN (
                (SELECT d.tableoid FROM public.deliveries d WHERE d.campaign_id = campaign ORDER BY d.seq LIMIT 1),
                'public.campaign_lanes'::regclass)
          AND pg_relation_size(c.oid) / current_setting('block_size')::int > 2 * c.relpages + 50
    LOOP
        EXECUTE 'ANALYZE public.' || grown;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION analyze_grown_tables(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION analyze_grown_tables(int) TO veredus_producer;
