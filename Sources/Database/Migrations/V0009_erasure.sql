-- Erasing a person from an account. Locks no large table.

-- What servers and mails said may name the address: it goes with the person. The judgement stays.
GRANT UPDATE (reply) ON replies TO veredus_admin;
GRANT UPDATE (detail) ON bounces TO veredus_admin;
GRANT UPDATE (content, state, settlement, settled_at) ON inbound_mails TO veredus_admin;
