-- Whoever says no a second time, by another letter, a mail, or an import, means it: what the first no stored is then no
-- mistake that its letter could take back.

ALTER TABLE suppressions ADD COLUMN repeated_at timestamptz;    -- when the same was asked for again, some other way
GRANT UPDATE (repeated_at) ON suppressions TO veredus_admin, veredus_web, veredus_inbound;

-- Those whom an earlier version told "you had said so before".
UPDATE suppressions s SET repeated_at = p.at
FROM opt_out_proofs p
WHERE p.account_id = s.account_id AND p.address_hash = s.address_hash AND NOT p.is_new AND s.reason = 0
  AND p.action IN (0, 1) AND s.scope = CASE p.action WHEN 0 THEN 2 ELSE 1 END AND s.list_id = p.list_id;

-- As before, and: a suppression that somebody asked for again stays, and so does one that is not this opt-out's any more.
--
-- Returns whether it is taken back, by this call or by an earlier one.
CREATE OR REPLACE FUNCTION take_back_opt_out(campaign int, letter int, proof bigint, by_way smallint) RETURNS boolean
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
    IF EXISTS (SELECT FROM opt_out_proofs u WHERE u.undoes = proof) THEN
        RETURN true;
    END IF;
    -- Waits for who says no again at this moment: that row then has `repeated_at`, and is not found.
    DELETE FROM suppressions s
    WHERE s.account_id = opt_out.account_id AND s.address_hash = opt_out.address_hash AND s.reason = 0
      AND s.scope = CASE opt_out.action WHEN 0 THEN 2 ELSE 1 END AND s.list_id = opt_out.list_id
      AND s.created_at = opt_out.at AND s.repeated_at IS NULL;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO opt_out_proofs (account_id, campaign_id, seq, address_hash, way, action, list_id, is_new, recalled,
                                on_their_way, undoes)
    VALUES (opt_out.account_id, campaign, letter, opt_out.address_hash, by_way, 2, opt_out.list_id, true, 0, 0, proof)
    ON CONFLICT (undoes) DO NOTHING;
    UPDATE list_members m SET status = 0, changed_at = now()
    FROM contacts c
    WHERE c.account_id = opt_out.account_id AND c.address_hash = opt_out.address_hash AND c.status = 0
      AND m.list_id = opt_out.list_id AND m.contact_id = c.contact_id AND m.status = 1 AND m.changed_at = opt_out.at;
    RETURN true;
END $$;
