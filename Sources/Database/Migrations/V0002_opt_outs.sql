-- Whoever says no is taken at their word by three programs: the operator's tool, the web side, and what receives mail.
-- All three run the same statements (Stores/Suppress.swift). Locks no large table.

GRANT SELECT, INSERT ON suppressions TO veredus_web, veredus_inbound;
GRANT SELECT ON contacts, campaigns, lists, list_members, deliveries TO veredus_web, veredus_inbound;
GRANT UPDATE (status, changed_at) ON list_members TO veredus_web, veredus_inbound;
GRANT UPDATE (state, reason, recalled, changed_at) ON deliveries TO veredus_web, veredus_inbound;
GRANT SELECT, DELETE ON retries TO veredus_web, veredus_inbound;
GRANT EXECUTE ON FUNCTION write_audit(text, int, text, text, text) TO veredus_web, veredus_inbound;
GRANT SELECT, INSERT, UPDATE ON latencies TO veredus_web, veredus_inbound;
