-- People who sign in: sessions, links that set a password; and how a campaign's counts went over time. Locks no large
-- table.

-- Nobody's name is written in two ways; a person who left is kept for the audit log, and cannot sign in.
ALTER TABLE users
    ADD COLUMN disabled_at     timestamptz,
    ADD COLUMN password_set_at timestamptz,
    ADD CHECK (login = lower(login) AND login <> '' AND length(login) <= 200);

-- One row for each browser that is signed in. The cookie itself is not in here: who reads this table signs in nowhere.
CREATE TABLE sessions (
    token_hash   bytea PRIMARY KEY CHECK (length(token_hash) = 32),     -- SHA-256 of the cookie's value
    user_id      int NOT NULL REFERENCES users,
    account_id   int REFERENCES accounts,                               -- whose data it shows; staff choose one, or none
    look_reason  text NOT NULL DEFAULT '',                              -- why staff look at it
    created_at   timestamptz NOT NULL DEFAULT now(),
    used_at      timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- Links that set a password, once each.
CREATE TABLE password_resets (
    token_hash  bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    user_id     int NOT NULL REFERENCES users,
    created_at  timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz
);
CREATE INDEX password_resets_by_user ON password_resets (user_id);

-- A campaign's counters every ten seconds or so while they change, for charts. A campaign of a day that never rests has
-- 8,640 rows of a hundred bytes; a day after its end they are thinned to one in ten minutes, so that no partition is
-- needed.
CREATE TABLE campaign_samples (
    campaign_id  int NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    account_id   int NOT NULL,
    pending      int NOT NULL,
    sending      int NOT NULL,
    deferred     int NOT NULL,
    accepted     int NOT NULL,
    failed       int NOT NULL,
    suppressed   int NOT NULL,
    uncertain    int NOT NULL,
    cancelled    int NOT NULL,
    expired      int NOT NULL,
    dead         int NOT NULL,
    PRIMARY KEY (campaign_id, at)
);

-- Whoever signs in is found before it is known whose data may be seen: what these functions return is all that is seen
-- then. No role but the owner reads users.password at any other place.
CREATE FUNCTION sign_in_facts(name text) RETURNS TABLE (user_id int, account_id int, role text, password text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT u.user_id, u.account_id, u.role, u.password FROM users u WHERE u.login = name AND u.disabled_at IS NULL $$;

CREATE FUNCTION session_facts(token bytea, idle_seconds float8)
RETURNS TABLE (user_id int, login text, role text, own_account int, account_id int, account text, look_reason text,
               idle float8, ends_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.user_id, u.login, u.role, u.account_id, s.account_id, a.name, s.look_reason,
           extract(epoch FROM now() - s.used_at)::float8, s.expires_at
    FROM sessions s JOIN users u USING (user_id) LEFT JOIN accounts a ON a.account_id = s.account_id
    WHERE s.token_hash = token AND u.disabled_at IS NULL AND s.expires_at > now()
      AND s.used_at > now() - idle_seconds * interval '1 second'
$$;

-- The person whom an open link belongs to.
CREATE FUNCTION reset_facts(token bytea) RETURNS TABLE (login text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT u.login FROM password_resets r JOIN users u USING (user_id)
    WHERE r.token_hash = token AND r.used_at IS NULL AND r.expires_at > now() AND u.disabled_at IS NULL
$$;

-- Sets a password by a link: the link, every other link and every session of that person end. NULL: the link is no good.
CREATE FUNCTION set_password(token bytea, hash text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    who users;
BEGIN
    -- The row's lock lets one of two that use a link at the same time win.
    UPDATE password_resets r SET used_at = now()
    WHERE r.token_hash = token AND r.used_at IS NULL AND r.expires_at > now();
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE users u SET password = hash, password_set_at = now() FROM password_resets r
    WHERE r.token_hash = token AND u.user_id = r.user_id AND u.disabled_at IS NULL
    RETURNING u.* INTO who;
    IF NOT FOUND THEN RETURN NULL; END IF;
    UPDATE password_resets r SET used_at = now() WHERE r.user_id = who.user_id AND r.used_at IS NULL;
    DELETE FROM sessions s WHERE s.user_id = who.user_id;
    PERFORM write_audit(who.login, who.account_id, 'user.set-password', who.login, '');
    RETURN who.login;
END $$;

-- Which account a person belongs to: what the tool must know before it may see that account and no other.
CREATE FUNCTION person_named(name text) RETURNS TABLE (user_id int, account_id int)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT u.user_id, u.account_id FROM users u WHERE u.login = name $$;

-- What staff see before they choose an account: its name; and for billing how much it has, no row of it.
CREATE FUNCTION account_counts()
RETURNS TABLE (account_id int, name text, created_at timestamptz, contacts bigint, campaigns bigint, accepted bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT a.account_id, a.name, a.created_at,
           (SELECT count(*) FROM contacts c WHERE c.account_id = a.account_id AND c.status = 0),
           (SELECT count(*) FROM campaigns c WHERE c.account_id = a.account_id),
           (SELECT COALESCE(sum(k.accepted), 0)::bigint FROM counters k JOIN campaigns c USING (campaign_id)
            WHERE c.account_id = a.account_id)
    FROM accounts a ORDER BY a.account_id
$$;
CREATE FUNCTION account_names() RETURNS TABLE (account_id int, name text, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT a.account_id, a.name, a.created_at FROM accounts a ORDER BY a.account_id $$;

-- What waits in each lane, of all accounts together, and since when the oldest of its campaigns has been running.
CREATE FUNCTION lane_overview()
RETURNS TABLE (lane text, pending bigint, sending bigint, deferred bigint, campaigns bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT l.name, COALESCE(sum(w.pending), 0)::bigint, COALESCE(sum(w.sending), 0)::bigint,
           COALESCE(sum(w.deferred), 0)::bigint, count(*) FILTER (WHERE w.pending > 0),
           min(w.started_at) FILTER (WHERE w.pending > 0)
    FROM lanes l LEFT JOIN (
        SELECT k.lane_id, k.campaign_id, c.started_at, sum(k.pending) AS pending, sum(k.sending) AS sending,
               sum(k.deferred) AS deferred
        FROM campaigns c JOIN counters k USING (campaign_id) WHERE c.state IN (1, 2, 3, 4)
        GROUP BY k.lane_id, k.campaign_id, c.started_at
    ) AS w ON w.lane_id = l.lane_id
    GROUP BY l.lane_id, l.name ORDER BY l.lane_id
$$;

REVOKE ALL ON FUNCTION sign_in_facts(text), session_facts(bytea, float8), reset_facts(bytea), set_password(bytea, text),
    person_named(text), account_counts(), account_names(), lane_overview() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sign_in_facts(text), session_facts(bytea, float8), reset_facts(bytea),
    set_password(bytea, text), account_counts(), account_names(), lane_overview() TO veredus_web;
GRANT EXECUTE ON FUNCTION person_named(text) TO veredus_admin;

-- Walls --------------------------------------------------------------------------------------------------------------

-- Sessions and links are nobody's data: they are found by a hash that only their holder can make.
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY by_hash ON sessions TO veredus_admin, veredus_web USING (true) WITH CHECK (true);
ALTER TABLE password_resets ENABLE ROW LEVEL SECURITY;
ALTER TABLE password_resets FORCE ROW LEVEL SECURITY;
CREATE POLICY by_hash ON password_resets TO veredus_admin, veredus_web USING (true) WITH CHECK (true);
-- The operator makes the staff.
CREATE POLICY staff ON users TO veredus_admin USING (account_id IS NULL) WITH CHECK (account_id IS NULL);

ALTER TABLE campaign_samples ENABLE ROW LEVEL SECURITY;
ALTER TABLE campaign_samples FORCE ROW LEVEL SECURITY;
CREATE POLICY one_account ON campaign_samples TO veredus_admin, veredus_web
    USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()));
CREATE POLICY all_accounts ON campaign_samples TO veredus_producer USING (true) WITH CHECK (true);

GRANT SELECT (user_id, account_id, login, role, created_at, disabled_at, password_set_at),
      INSERT (account_id, login, role), UPDATE (disabled_at) ON users TO veredus_admin, veredus_web;
GRANT SELECT, INSERT, DELETE, UPDATE (used_at, account_id, look_reason) ON sessions TO veredus_web;
GRANT SELECT, DELETE ON sessions TO veredus_admin;
GRANT INSERT ON password_resets TO veredus_admin, veredus_web;
GRANT SELECT (user_id, used_at), UPDATE (used_at) ON password_resets TO veredus_admin, veredus_web;
GRANT SELECT ON campaign_samples TO veredus_admin, veredus_web;
GRANT SELECT, INSERT, DELETE ON campaign_samples TO veredus_producer;

-- What the dashboard shows, and the four requests.
GRANT SELECT ON accounts, campaigns, campaign_versions, campaign_lanes, links, counters, replies, dead_letters, workers, claims,
    lanes, contacts, lists, list_members, deliveries TO veredus_web;
GRANT UPDATE (state, start_at, republish, held_because, dead_before) ON campaigns TO veredus_web;
