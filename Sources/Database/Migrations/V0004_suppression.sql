-- Bounces, complaints, what follows from them, and blocks of the whole service. Building the indexes on replies holds
-- back the workers' records for as long as it takes.

-- One row for each letter that failed, whenever it was said, and for each complaint and opt-out by mail.
ALTER TABLE bounces                                             -- kind: 0 a reply during SMTP, 1 a mail that came back,
    ADD COLUMN mail_id      bigint,                             --   2 a complaint, 3 an opt-out by mail
    ADD COLUMN reply_id     bigint,                             -- kind 0
    ADD COLUMN contact_id   bigint NOT NULL,
    ADD COLUMN lane_id      smallint NOT NULL,
    ADD COLUMN reason       smallint NOT NULL DEFAULT 0,        -- BounceReason.number; 0 for complaints and opt-outs
    ADD COLUMN consequence  smallint NOT NULL DEFAULT 0,        -- 0 nothing, 1 hard, 2 soft, 3 block
    ADD COLUMN status       text NOT NULL DEFAULT '';           -- 5.1.1, where one was given
CREATE INDEX bounces_by_delivery ON bounces (campaign_id, seq);
CREATE INDEX bounces_by_contact ON bounces (contact_id, created_at);
CREATE INDEX complaints ON bounces (account_id, created_at) WHERE kind = 2;

-- Why the other side said no, in the same vocabulary; NULL until somebody has judged it, 0 for words of our own.
ALTER TABLE replies ADD COLUMN bounce_reason smallint;
CREATE INDEX replies_to_judge ON replies (reply_id) WHERE bounce_reason IS NULL;

-- When somebody is given up, and when a campaign pauses by itself; each account its own.
ALTER TABLE accounts
    ADD COLUMN soft_bounces         smallint NOT NULL DEFAULT 3 CHECK (soft_bounces BETWEEN 1 AND 100),
    ADD COLUMN soft_bounce_days     smallint NOT NULL DEFAULT 30 CHECK (soft_bounce_days BETWEEN 1 AND 365),
    ADD COLUMN complaints_warn      int NOT NULL DEFAULT 1000,  -- of a million accepted letters
    ADD COLUMN complaints_pause     int NOT NULL DEFAULT 3000,
    ADD COLUMN complaints_least     int NOT NULL DEFAULT 5 CHECK (complaints_least >= 1),
    ADD COLUMN brake_blocks         int NOT NULL DEFAULT 20 CHECK (brake_blocks >= 1),
    ADD CHECK (complaints_warn BETWEEN 1 AND 1000000 AND complaints_pause BETWEEN complaints_warn AND 1000000);
ALTER TABLE campaigns
    ADD COLUMN complaints_before    int NOT NULL DEFAULT 0,     -- complaints when it was resumed last: known, and accepted
    ADD COLUMN account_complaints_before int NOT NULL DEFAULT 0; -- the same of the whole account

-- Newest first, in pages.
ALTER TABLE suppressions ADD COLUMN suppression_id bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX suppressions_by_number ON suppressions (account_id, suppression_id);

-- Refusals that are about the sender, of one account in one lane, by the minute.
CREATE TABLE lane_blocks (
    account_id  int NOT NULL REFERENCES accounts,
    lane_id     smallint NOT NULL,
    minute      timestamptz NOT NULL,
    blocked     int NOT NULL,
    ended       bigint NOT NULL,                                -- letters that had ended in the lane when the minute began
    PRIMARY KEY (account_id, lane_id, minute)
);

-- Marketing of an account is not published into a lane before the brake is off.
CREATE TABLE brakes (
    account_id  int NOT NULL REFERENCES accounts,
    lane_id     smallint NOT NULL,
    level       smallint NOT NULL,                              -- 0 for the first one: each is twice as long as the one before
    since       timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    blocked     int NOT NULL,                                   -- refusals that it was put on for
    PRIMARY KEY (account_id, lane_id)
);

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['lane_blocks', 'brakes'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY one_account ON %I TO veredus_admin, veredus_web
            USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()))', tenant);
        EXECUTE format('CREATE POLICY all_accounts ON %I TO veredus_producer, veredus_inbound
            USING (true) WITH CHECK (true)', tenant);
    END LOOP;
END $$;

-- Whom the service itself does not mail, whichever account asks: abuse. Apart from what the accounts know; no account
-- sees it, and no readable address is in it.
CREATE TABLE service_blocks (
    block_id      bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    key_version   smallint NOT NULL,
    address_hash  bytea NOT NULL CHECK (length(address_hash) = 32),
    reason        text NOT NULL,
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (address_hash, key_version)
);

-- Blocks an address for all accounts, and recalls what is queued for it: (new, recalled, on its way).
--
-- In one transaction with the insert, like every no (Stores/Suppress.swift). A freeze and a reopen share lock (2, 0): their
-- second look either sees this block, or waits for it. Rows are locked in the order of the claim.
CREATE FUNCTION block_address(key smallint, hash bytea, why text, who text,
    OUT is_new boolean, OUT recalled int, OUT on_their_way int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_campaigns int[];
    found_seqs      int[];
BEGIN
    PERFORM pg_advisory_xact_lock(2, 0);
    INSERT INTO service_blocks (key_version, address_hash, reason, created_by)
    VALUES (key, hash, why, who) ON CONFLICT DO NOTHING;
    is_new := FOUND;
    WITH locked AS (
        SELECT d.campaign_id, d.seq
        FROM accounts a
        JOIN contacts p ON p.account_id = a.account_id AND p.address_hash = hash
        JOIN campaigns c ON c.account_id = a.account_id AND c.state IN (1, 2, 3, 4)
        JOIN deliveries d ON d.campaign_id = c.campaign_id AND d.contact_id = p.contact_id
        WHERE d.state IN (0, 1, 2)
        ORDER BY d.campaign_id, d.seq FOR UPDATE OF d
    )
    SELECT array_agg(campaign_id), array_agg(seq) INTO found_campaigns, found_seqs FROM locked;
    DELETE FROM retries r USING unnest(found_campaigns, found_seqs) AS k(campaign_id, seq)
    WHERE r.campaign_id = k.campaign_id AND r.seq = k.seq;
    UPDATE deliveries d SET state = 5, reason = 6, changed_at = now()
    FROM unnest(found_campaigns, found_seqs) AS k(campaign_id, seq)
    WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state IN (0, 2);
    GET DIAGNOSTICS recalled = ROW_COUNT;
    UPDATE deliveries d SET recalled = true
    FROM unnest(found_campaigns, found_seqs) AS k(campaign_id, seq)
    WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state = 1;
    GET DIAGNOSTICS on_their_way = ROW_COUNT;
END $$;

-- Brakes that are on, of all accounts: what doctor shows.
CREATE FUNCTION count_brakes(OUT accounts bigint, OUT lanes text[], OUT until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT count(DISTINCT b.account_id), COALESCE(array_agg(DISTINCT l.name), '{}'), max(b.until)
    FROM brakes b JOIN lanes l ON l.lane_id = b.lane_id WHERE b.until > now()
$$;
REVOKE ALL ON FUNCTION block_address(smallint, bytea, text, text), count_brakes() FROM PUBLIC;

GRANT SELECT, INSERT ON bounces TO veredus_inbound;
GRANT SELECT, UPDATE (bounce_reason) ON replies TO veredus_inbound;
GRANT SELECT ON accounts, counters TO veredus_inbound;
GRANT SELECT, INSERT, UPDATE, DELETE ON lane_blocks TO veredus_inbound;
GRANT SELECT, INSERT, UPDATE ON brakes TO veredus_inbound;

GRANT SELECT ON bounces, brakes, service_blocks TO veredus_producer;

GRANT SELECT, DELETE ON brakes TO veredus_admin;
GRANT SELECT, DELETE ON service_blocks TO veredus_admin;
GRANT UPDATE (soft_bounces, soft_bounce_days, complaints_warn, complaints_pause, complaints_least, brake_blocks)
    ON accounts TO veredus_admin;
GRANT EXECUTE ON FUNCTION block_address(smallint, bytea, text, text), count_brakes() TO veredus_admin;
GRANT SELECT ON bounces, brakes TO veredus_web;
-- The dashboard and the API resume campaigns as the tool does.
GRANT SELECT ON bounces TO veredus_web;
GRANT UPDATE (complaints_before, account_complaints_before) ON campaigns TO veredus_web;
-- What a dead letter's fate would be. Hashes alone: whom and why the service blocks, no account is told.
GRANT SELECT (address_hash, key_version) ON service_blocks TO veredus_web;
