-- Lists by page, and what they are searched by: each page reads what it shows (docs/decisions/0022).
--
-- contacts_by_key takes 7 to 10 s for each million of contacts, and imports wait for it.

-- Contacts -----------------------------------------------------------------------------------------------------------

-- An account's contacts, by number. Not the column itself: of an account that the statistics do not know the planner
-- would take this index for everything, as V0018 says. Only who writes account_id::bigint can use it.
CREATE INDEX contacts_by_account ON contacts ((account_id::bigint), contact_id);

-- What a contact is found by beside the beginning of its address: its domain, and its fields by value. The account is
-- part of every entry, so that a search passes no other account's contacts.
CREATE FUNCTION contact_keys(account int, domain text, attributes jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN jsonb_build_object(account::text, jsonb_build_object('domain', domain, 'fields', attributes));
END $$;
CREATE INDEX contacts_by_key ON contacts USING gin (contact_keys(account_id, domain, attributes) jsonb_path_ops);

-- The numbers of the visible account's contacts that have one of these keys, in no order and at most so many of each.
-- It runs as the owner: row level security lets no index of this kind be used. The account is in the key, and no other
-- condition, so that no other index can be used. An erased contact has no key that is asked for.
CREATE FUNCTION contacts_with_keys(keys jsonb[], most int) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off SET enable_bitmapscan = on
SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
DECLARE
    account CONSTANT int := visible_account();
    key     jsonb;
BEGIN
    IF account IS NULL THEN RETURN; END IF;
    FOREACH key IN ARRAY keys LOOP
        RETURN QUERY
            SELECT c.contact_id FROM contacts c
            WHERE contact_keys(c.account_id, c.domain, c.attributes) @> jsonb_build_object(account::text, key)
            LIMIT most;
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION contacts_with_keys(jsonb[], int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contacts_with_keys(jsonb[], int) TO veredus_admin, veredus_web;

-- Campaigns and lists ------------------------------------------------------------------------------------------------

-- With the name, so that a search reads the index alone.
DROP INDEX campaigns_by_account;
CREATE INDEX campaigns_by_account ON campaigns (account_id, campaign_id) INCLUDE (name);
CREATE INDEX campaigns_by_state ON campaigns (account_id, state, campaign_id) INCLUDE (name);
CREATE INDEX lists_by_account ON lists (account_id, list_id) INCLUDE (name);

-- The newest campaigns of all accounts, for the operator: numbers only, and whose they are.
CREATE FUNCTION newest_campaigns(before int, in_state smallint, part text, most int)
RETURNS TABLE (campaign_id int, account_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.campaign_id, c.account_id FROM campaigns c
    WHERE c.campaign_id < before AND (in_state IS NULL OR c.state = in_state)
      AND strpos(lower(c.name), lower(part)) > 0
    ORDER BY c.campaign_id DESC LIMIT most
$$;
REVOKE ALL ON FUNCTION newest_campaigns(int, smallint, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION newest_campaigns(int, smallint, text, int) TO veredus_admin;

-- Accounts, users, dead letters, returned mail ------------------------------------------------------------------------

CREATE INDEX users_by_account ON users (account_id, user_id);
CREATE INDEX dead_letters_by_account ON dead_letters (account_id, dead_letter_id);
CREATE INDEX inbound_mails_by_account ON inbound_mails (account_id, mail_id);

-- As before, and by page.
DROP FUNCTION account_counts();
CREATE FUNCTION account_counts(after int, part text, most int)
RETURNS TABLE (account_id int, name text, created_at timestamptz, contacts bigint, campaigns bigint, accepted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.account_id, a.name, a.created_at,
           (SELECT count(*) FROM contacts c WHERE c.account_id = a.account_id AND c.status = 0),
           (SELECT count(*) FROM campaigns c WHERE c.account_id = a.account_id),
           (SELECT COALESCE(sum(k.accepted), 0)::bigint FROM counters k JOIN campaigns c USING (campaign_id)
            WHERE c.account_id = a.account_id)
    FROM (SELECT * FROM accounts
          WHERE account_id > after AND strpos(lower(name), lower(part)) > 0 ORDER BY account_id LIMIT most) AS a
    ORDER BY a.account_id
$$;
DROP FUNCTION account_names();
CREATE FUNCTION account_names(after int, part text, most int)
RETURNS TABLE (account_id int, name text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.account_id, a.name, a.created_at FROM accounts a
    WHERE a.account_id > after AND strpos(lower(a.name), lower(part)) > 0
    ORDER BY a.account_id LIMIT most
$$;
REVOKE ALL ON FUNCTION account_counts(int, text, int), account_names(int, text, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION account_counts(int, text, int), account_names(int, text, int) TO veredus_web;
