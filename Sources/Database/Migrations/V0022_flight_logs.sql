-- The claims of a worker that keeps a flight log are not swept at once when its lease has ended.
ALTER TABLE workers ADD COLUMN keeps_log boolean NOT NULL DEFAULT false;
GRANT UPDATE (keeps_log) ON workers TO veredus_admin;

-- How many messages of a campaign were settled from flight logs, by what the logs proved.
CREATE TABLE settlements (
    campaign_id  int PRIMARY KEY,
    account_id   int NOT NULL,
    put_back     int NOT NULL DEFAULT 0,                    -- no connection had them
    begun        int NOT NULL DEFAULT 0,                    -- on a connection, their final dots never sent: put back
    recorded     int NOT NULL DEFAULT 0,                    -- as the server had said
    unknown      int NOT NULL DEFAULT 0                     -- past the dot and without a reply: by policy
);
ALTER TABLE settlements ENABLE ROW LEVEL SECURITY;
ALTER TABLE settlements FORCE ROW LEVEL SECURITY;
CREATE POLICY all_accounts ON settlements TO veredus_producer, veredus_worker, veredus_inbound, veredus_recorder
    USING (true) WITH CHECK (true);
CREATE POLICY one_account ON settlements TO veredus_admin, veredus_web
    USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()));
GRANT SELECT, INSERT, UPDATE ON settlements TO veredus_worker;
GRANT SELECT ON settlements TO veredus_admin, veredus_web;
