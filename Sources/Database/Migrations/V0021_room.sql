-- Rows are claimed and recorded in runs of neighbours, whose new versions come all at once: on each page there is room for
-- a second version of every row. The third takes the place of the first, which nobody sees any more.
DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'deliveries'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 45)', part);
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
                 WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)',
                part, part * width, (part + 1) * width);
            EXECUTE format('ALTER TABLE deliveries_p%s ALTER COLUMN campaign_id SET (n_distinct = 200)', part);
            EXECUTE format('ALTER TABLE deliveries_p%s ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE deliveries_p%s FORCE ROW LEVEL SECURITY', part);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

-- A claim asks for the lane of a range of rows.
GRANT SELECT (first_seq, last_seq) ON campaign_lanes TO veredus_worker;
