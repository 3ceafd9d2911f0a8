-- What mail providers tell by HTTP comes in like mail (Web/Webhooks). Locks no large table.
GRANT SELECT (mail_id, mailbox, hash, campaign_id, seq), INSERT ON inbound_mails TO veredus_web;
GRANT SELECT, INSERT, UPDATE ON inbound_counts TO veredus_web;
