-- What comes back by mail. Locks no large table.

-- Stored first, then judged. Only what carries a signed address that verified is here: of everything else there is a
-- number in inbound_counts. What a row keeps of a mail was cut down before (Shared/Bounce/CutReport.swift), or encrypted.
CREATE TABLE inbound_mails (
    mail_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    mailbox      text NOT NULL CHECK (length(mailbox) BETWEEN 1 AND 200),    -- the way in: smtp, maildir, imap:…, ingest
    hash         bytea NOT NULL CHECK (length(hash) = 32),      -- of the mail as it came, and its envelope's recipient
    received_at  timestamptz NOT NULL DEFAULT now(),
    account_id   int NOT NULL,
    campaign_id  int NOT NULL,                                  -- what the signed address names
    seq          int NOT NULL,
    attempt      int CHECK (attempt BETWEEN 0 AND 65535),       -- NULL: an unsubscribe address
    sent_to      bytea CHECK (length(sent_to) <= 64),           -- local part of the envelope's recipient, a signed address
    size_bytes   int NOT NULL,                                  -- of the mail as it came
    state        smallint NOT NULL DEFAULT 0,                   -- 0 stored 1 settled 2 not understood 3 given up
    settlement   smallint,                                      -- MailSettlement
    settled_at   timestamptz,
    content      bytea,                                         -- the cut report; encrypted in state 2; NULL when its time is over
    tries        smallint NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),            -- when it is judged
    CHECK (state IN (0, 1, 2, 3)),
    CHECK ((state = 1) = (settlement IS NOT NULL) AND (state = 1) = (settled_at IS NOT NULL)),
    CHECK (state <> 0 OR content IS NOT NULL),
    UNIQUE (mailbox, hash)
);
CREATE INDEX inbound_mails_waiting ON inbound_mails (due_at, mail_id) WHERE state = 0;
CREATE INDEX inbound_mails_kept ON inbound_mails (received_at) WHERE content IS NOT NULL;
CREATE INDEX inbound_mails_by_delivery ON inbound_mails (campaign_id, seq);

-- Mails of which nothing is kept: numbers of a day, and of nobody.
CREATE TABLE inbound_counts (
    day      date NOT NULL,
    mailbox  text NOT NULL CHECK (length(mailbox) BETWEEN 1 AND 200),
    what     smallint NOT NULL,                                 -- InboundCount
    n        bigint NOT NULL,
    PRIMARY KEY (day, mailbox, what)
);

ALTER TABLE inbound_mails ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbound_mails FORCE ROW LEVEL SECURITY;
CREATE POLICY one_account ON inbound_mails TO veredus_admin, veredus_web
    USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()));
CREATE POLICY all_accounts ON inbound_mails TO veredus_inbound USING (true) WITH CHECK (true);

-- Which account a stored mail belongs to: what the operator's tool must know before it may see that account.
CREATE FUNCTION account_of_inbound_mail(mail bigint) RETURNS int
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT account_id FROM inbound_mails WHERE mail_id = mail $$;
REVOKE ALL ON FUNCTION account_of_inbound_mail(bigint) FROM PUBLIC;

GRANT SELECT, INSERT, DELETE ON inbound_mails TO veredus_inbound;
GRANT UPDATE (state, settlement, settled_at, content, tries, due_at) ON inbound_mails TO veredus_inbound;
GRANT SELECT, INSERT, UPDATE, DELETE ON inbound_counts TO veredus_inbound;
GRANT SELECT, INSERT ON inbound_mails TO veredus_admin;
GRANT SELECT, INSERT, UPDATE ON inbound_counts TO veredus_admin;
GRANT EXECUTE ON FUNCTION account_of_inbound_mail(bigint) TO veredus_admin;
