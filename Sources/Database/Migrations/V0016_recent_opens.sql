-- How many opens of the last week people and machines made, of all accounts together: only machines over a whole week mean
-- that the web program takes all readers for one client. Reads counters, writes nothing.
CREATE FUNCTION recent_opens() RETURNS TABLE (people bigint, machines bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT COALESCE(sum(e.total), 0)::bigint, COALESCE(sum(e.machines), 0)::bigint
    FROM campaigns c JOIN engagement e ON e.campaign_id = c.campaign_id AND e.kind = 0
    WHERE c.started_at > now() - interval '7 days'
$$;

REVOKE ALL ON FUNCTION recent_opens() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION recent_opens() TO veredus_admin;
