-- Who has left a list, for the freeze of the next campaign to it: it does not read all who are on it.
CREATE INDEX list_members_left ON list_members (list_id, contact_id) WHERE status <> 0;
