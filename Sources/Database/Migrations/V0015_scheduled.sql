-- A campaign that waits for its time has a state of its own, which says so. Those that wait today stand as starting (1).
-- Reads campaigns, and changes only those.
UPDATE campaigns SET state = 7 WHERE state = 1 AND start_at > now();  -- 7 scheduled

-- Those that a producer looks for, many times a second.
DROP INDEX campaigns_open;
CREATE INDEX campaigns_open ON campaigns (campaign_id) WHERE state IN (1, 2, 3, 4, 7);

-- What `veredus doctor` asks of all accounts together: how many campaigns stand how, and the numbers of a few of them,
-- none of their names. Driven: a producer has it, or had it some seconds ago. Due: it was to start some seconds ago.
CREATE FUNCTION campaigns_under_way()
RETURNS TABLE (state smallint, driven boolean, due boolean, campaigns bigint, first_start timestamptz, examples int[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.state, c.lease_until > clock_timestamp() - interval '5 seconds',
           COALESCE(c.state IN (1, 7) AND c.start_at < clock_timestamp() - interval '5 seconds', false),
           count(*), min(c.start_at), (array_agg(c.campaign_id ORDER BY c.campaign_id))[1:5]
    FROM campaigns c WHERE c.state IN (1, 2, 3, 4, 7) GROUP BY 1, 2, 3
$$;
REVOKE ALL ON FUNCTION campaigns_under_way() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION campaigns_under_way() TO veredus_admin;
