-- Keys of the API, what it has answered to requests that may be repeated, and what the web side may do for an account.
-- Locks no large table.

CREATE TABLE api_keys (
    key_id        int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account_id    int NOT NULL REFERENCES accounts,
    name          text NOT NULL CHECK (name <> '' AND length(name) <= 200),
    prefix        text NOT NULL UNIQUE CHECK (prefix ~ '^vrd_[0-9a-f]{8}$'), -- what of it may be shown
    hash          bytea NOT NULL UNIQUE CHECK (length(hash) = 32),           -- SHA-256; the key itself is nowhere
    scopes        text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_on  date,                                     -- to the day: enough to find keys that nobody needs
    expires_at    timestamptz,                              -- NULL: never
    revoked_at    timestamptz
);
CREATE INDEX api_keys_by_account ON api_keys (account_id);

-- What was answered to a request with an Idempotency-Key, so that its repetition gets the same and does nothing.
CREATE TABLE idempotency_keys (
    account_id    int NOT NULL REFERENCES accounts,
    key           text NOT NULL CHECK (key <> '' AND length(key) <= 200),
    request_hash  bytea NOT NULL CHECK (length(request_hash) = 32),
    status        smallint NOT NULL,
    location      text NOT NULL,
    body          bytea NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),       -- removed a day later, by a later request
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (account_id, created_at);

-- A key says which account its holder may see, so that it is looked up before any account is chosen. By its hash: how
-- long the comparison takes tells nothing about a key.
CREATE FUNCTION api_key_by_hash(secret_hash bytea)
RETURNS TABLE (key_id int, account_id int, name text, prefix text, scopes text[], expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
    UPDATE api_keys k SET last_used_on = (now() AT TIME ZONE 'UTC')::date
    WHERE k.hash = secret_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
      AND k.last_used_on IS DISTINCT FROM (now() AT TIME ZONE 'UTC')::date;
    RETURN QUERY SELECT k.key_id, k.account_id, k.name, k.prefix, k.scopes, k.expires_at FROM api_keys k
    WHERE k.hash = secret_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now());
END $$;
REVOKE ALL ON FUNCTION api_key_by_hash(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION api_key_by_hash(bytea) TO veredus_web;

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['api_keys', 'idempotency_keys'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY one_account ON %I TO veredus_admin, veredus_web
            USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()))', tenant);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_keys TO veredus_admin;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO veredus_web;

-- What the API does for an account, within the walls of its policies.
GRANT SELECT ON accounts, lanes, campaign_versions, links, counters, replies, dead_letters TO veredus_web;
GRANT INSERT ON lists, list_members, contacts, campaigns, campaign_versions TO veredus_web;
GRANT UPDATE (address, domain, attributes, version) ON contacts TO veredus_web;
GRANT UPDATE (name, kind, policy, tracking, lifetime, state, start_at, republish, held_because, dead_before)
    ON campaigns TO veredus_web;
