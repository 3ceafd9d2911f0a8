-- What proves an opt-out: which letter, which way, when, and what it did. No address of a machine, no name of a program.
-- Locks accounts for the blink of an eye, and no large table.

-- What recipients know the account as; '' for its name.
ALTER TABLE accounts ADD COLUMN display_name text NOT NULL DEFAULT '' CHECK (length(display_name) <= 200);

-- Only ever added to. A row is written in the transaction that suppresses, so that its time is that of the rows which
-- that transaction made: `at` finds exactly those again.
CREATE TABLE opt_out_proofs (
    proof_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT now(),
    account_id    int NOT NULL REFERENCES accounts,
    campaign_id   int NOT NULL,                             -- the letter that the no came by
    seq           int NOT NULL,
    address_hash  bytea NOT NULL CHECK (length(address_hash) = 32),
    way           smallint NOT NULL CHECK (way BETWEEN 0 AND 3),    -- 0 one-click, 1 page, 2 preferences, 3 mail
    action        smallint NOT NULL CHECK (action BETWEEN 0 AND 2), -- 0 one list, 1 all marketing mail, 2 undo
    list_id       int NOT NULL DEFAULT 0,                   -- 0 where the action is not about a list
    is_new        boolean NOT NULL,                         -- false: had said no before
    recalled      int NOT NULL,                             -- queued letters that were not sent for it
    on_their_way  int NOT NULL,                             -- letters that could not be called back
    undoes        bigint UNIQUE REFERENCES opt_out_proofs,  -- taken back at most once
    CHECK ((action = 0) = (list_id <> 0) OR action = 2),
    CHECK ((action = 2) = (undoes IS NOT NULL))
);
CREATE INDEX opt_out_proofs_by_letter ON opt_out_proofs (campaign_id, seq);
CREATE INDEX opt_out_proofs_by_address ON opt_out_proofs (account_id, address_hash);

ALTER TABLE opt_out_proofs ENABLE ROW LEVEL SECURITY;
ALTER TABLE opt_out_proofs FORCE ROW LEVEL SECURITY;
CREATE POLICY one_account ON opt_out_proofs TO veredus_admin, veredus_web
    USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()));
CREATE POLICY all_accounts ON opt_out_proofs TO veredus_inbound USING (true) WITH CHECK (true);

-- Takes back what one opt-out did, for who has the letter that it came by and has made a mistake.
--
-- The web side may not delete from suppressions. It may do this: remove the one row that this very opt-out made (same
-- transaction, same time, by unsubscribing), and subscribe again those whom it unsubscribed. What a bounce, a complaint,
-- an operator, an erasure or another letter's opt-out has stored stays. So does what was recalled. After a week it is no
-- mistake any more, but a new wish to get mail, and needs a consent of its own.
--
-- Returns whether it is taken back, by this call or by an earlier one.
CREATE FUNCTION take_back_opt_out(campaign int, letter int, proof bigint, by_way smallint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    opt_out opt_out_proofs;
BEGIN
    SELECT p.* INTO opt_out FROM opt_out_proofs p
    WHERE p.proof_id = proof AND p.campaign_id = campaign AND p.seq = letter AND p.account_id = visible_account()
      AND p.action IN (0, 1) AND p.is_new AND p.at > now() - interval '7 days';
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    -- A freeze has the account alone: it sees all of this or nothing.
    PERFORM pg_advisory_xact_lock_shared(2, opt_out.account_id);
    INSERT INTO opt_out_proofs (account_id, campaign_id, seq, address_hash, way, action, list_id, is_new, recalled,
                                on_their_way, undoes)
    VALUES (opt_out.account_id, campaign, letter, opt_out.address_hash, by_way, 2, opt_out.list_id, true, 0, 0, proof)
    ON CONFLICT (undoes) DO NOTHING;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    DELETE FROM suppressions s
    WHERE s.account_id = opt_out.account_id AND s.address_hash = opt_out.address_hash AND s.reason = 0
      AND s.scope = CASE opt_out.action WHEN 0 THEN 2 ELSE 1 END AND s.list_id = opt_out.list_id
      AND s.created_at = opt_out.at;
    UPDATE list_members m SET status = 0, changed_at = now()
    FROM contacts c
    WHERE c.account_id = opt_out.account_id AND c.address_hash = opt_out.address_hash AND c.status = 0
      AND m.list_id = opt_out.list_id AND m.contact_id = c.contact_id AND m.status = 1 AND m.changed_at = opt_out.at;
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION take_back_opt_out(int, int, bigint, smallint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_back_opt_out(int, int, bigint, smallint) TO veredus_web;

GRANT SELECT, INSERT ON opt_out_proofs TO veredus_web, veredus_inbound;
GRANT SELECT ON opt_out_proofs TO veredus_admin;
GRANT UPDATE (display_name) ON accounts TO veredus_admin;
GRANT SELECT ON accounts, campaign_versions TO veredus_web, veredus_inbound;
GRANT EXECUTE ON FUNCTION account_of_campaign(int) TO veredus_web, veredus_inbound;
