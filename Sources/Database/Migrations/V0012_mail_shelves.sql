-- A no by mail has room of its own, whatever else came back about its letter. Reads inbound_mails once, and rewrites
-- nothing.
ALTER TABLE inbound_mails ADD COLUMN shelf smallint NOT NULL DEFAULT 0    -- MailShelf; what came before this is on shelf 0
    CHECK (shelf IN (0, 1, 2, 3));
GRANT SELECT (shelf, received_at) ON inbound_mails TO veredus_web;
