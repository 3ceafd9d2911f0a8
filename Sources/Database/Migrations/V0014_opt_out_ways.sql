-- One proof for every way of opting out: mails, complaints, webhooks, the API, the command line and imports leave one, too.
-- Locks opt_out_proofs for one scan.

ALTER TABLE opt_out_proofs
    ALTER COLUMN campaign_id DROP NOT NULL,                 -- NULL, like seq: no message names the recipient
    ALTER COLUMN seq DROP NOT NULL,
    ADD COLUMN source text NOT NULL DEFAULT '',             -- as suppressions.source
    DROP CONSTRAINT opt_out_proofs_way_check,
    DROP CONSTRAINT opt_out_proofs_action_check,
    -- From 4: complaint, webhook, API, command line, import.
    ADD CONSTRAINT opt_out_proofs_ways CHECK (way BETWEEN 0 AND 8),
    -- 3: all mail.
    ADD CONSTRAINT opt_out_proofs_actions CHECK (action BETWEEN 0 AND 3),
    ADD CONSTRAINT opt_out_proofs_message CHECK ((campaign_id IS NULL) = (seq IS NULL)),
    ADD CONSTRAINT opt_out_proofs_of_messages CHECK (way >= 6 OR campaign_id IS NOT NULL);

GRANT INSERT ON opt_out_proofs TO veredus_admin;
