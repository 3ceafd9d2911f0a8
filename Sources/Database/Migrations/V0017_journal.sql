-- What goes to the journals of opt-outs, outside of the database: every change of a right to mail, noted in the transaction
-- that makes it, whoever makes it and however. Rewrites accounts and lists, which are small, and installation.

-- Names that no restore gives to another one.
ALTER TABLE accounts ADD COLUMN account_uuid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;
ALTER TABLE lists ADD COLUMN list_uuid uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;

ALTER TABLE installation
    ADD COLUMN journal_generation bigint NOT NULL DEFAULT 0, -- of changes: raised when a journal knew more than the database
    ADD COLUMN journal_ahead text NOT NULL DEFAULT '',      -- the journal that did, until somebody has adopted the database
    ADD COLUMN journal_call bigint NOT NULL DEFAULT 0;      -- a number that every journal has to answer; 0: nobody asks

CREATE SEQUENCE mail_right_events;

-- The newest change of each right, also of one that was given back: a journal's entry is newer than this, or it is old.
CREATE TABLE mail_rights (
    account_id         int NOT NULL,                        -- 0: the whole service
    address_hash       bytea NOT NULL CHECK (length(address_hash) = 32),
    key_version        smallint NOT NULL,
    kind               smallint NOT NULL,                   -- 0 suppression, 1 list membership, 2 service block
    scope              smallint NOT NULL,                   -- as in suppressions
    list_id            int NOT NULL,
    reason             smallint NOT NULL,
    is_withheld        boolean NOT NULL,
    generation         bigint NOT NULL,                     -- with event: when, by no clock
    event              bigint NOT NULL,
    is_journalled      boolean NOT NULL DEFAULT false,
    lifted_generation  bigint,                              -- a journal's entry that gives the right back: it waits until
    lifted_event       bigint,                              -- somebody adopts the database, or replays the journal
    PRIMARY KEY (account_id, address_hash, key_version, kind, scope, list_id, reason)
);
CREATE INDEX mail_rights_to_journal ON mail_rights (event) WHERE NOT is_journalled;
CREATE INDEX mail_rights_lifted ON mail_rights (account_id) WHERE lifted_event IS NOT NULL;

-- The journals, one of each program instance, and how far the database has seen each.
CREATE TABLE journals (
    journal_id  uuid PRIMARY KEY,                           -- drawn when the file was made
    name        text NOT NULL CHECK (length(name) <= 400),  -- machine and folder
    batch       bigint NOT NULL DEFAULT 0,                  -- the last that was appended and marked
    answered    bigint NOT NULL DEFAULT 0,                  -- the call that it has answered
    replayed    bigint NOT NULL DEFAULT 0,                  -- entries that the database lacked, since it was adopted last
    unknown     bigint NOT NULL DEFAULT 0,                  -- of accounts and lists that it does not know
    trouble     text NOT NULL DEFAULT '' CHECK (length(trouble) <= 400), -- why it cannot be written
    seen_at     timestamptz NOT NULL DEFAULT now()
);

-- Notes one change. Its caller holds the row that changed, so that changes of one right have their numbers in the order
-- of their commits. veredus.replayed is set while a journal's entry is carried out: `generation event` of the entry.
CREATE FUNCTION note_mail_right(of_kind smallint, account int, key smallint, hash bytea, of_scope smallint, list int,
    why smallint, withheld boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    replayed CONSTANT text[] := string_to_array(NULLIF(current_setting('veredus.replayed', true), ''), ' ');
BEGIN
    INSERT INTO mail_rights AS r (account_id, address_hash, key_version, kind, scope, list_id, reason, is_withheld,
                                  generation, event)
    SELECT account, hash, key, of_kind, of_scope, list, why, withheld,
           COALESCE(replayed[1]::bigint, i.journal_generation), COALESCE(replayed[2]::bigint, nextval('mail_right_events'))
    FROM installation i
    ON CONFLICT (account_id, address_hash, key_version, kind, scope, list_id, reason) DO UPDATE
    SET is_withheld = excluded.is_withheld, generation = excluded.generation, is_journalled = false,
        event = COALESCE(replayed[2]::bigint, nextval('mail_right_events')), lifted_generation = NULL, lifted_event = NULL;
END $$;

CREATE FUNCTION note_suppression() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    s suppressions;
BEGIN
    IF TG_OP = 'DELETE' THEN s := OLD; ELSE s := NEW; END IF;
    PERFORM note_mail_right(0::smallint, s.account_id, s.key_version, s.address_hash, s.scope, s.list_id, s.reason,
                            TG_OP <> 'DELETE');
    RETURN NULL;
END $$;
CREATE TRIGGER suppressions_noted AFTER INSERT OR UPDATE OR DELETE ON suppressions
    FOR EACH ROW EXECUTE FUNCTION note_suppression();

CREATE FUNCTION note_membership() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM note_mail_right(1::smallint, NEW.account_id, c.hash_key, c.address_hash, 2::smallint, NEW.list_id, 0::smallint,
                            NEW.status <> 0)
    FROM contacts c WHERE c.contact_id = NEW.contact_id;
    RETURN NULL;
END $$;
CREATE TRIGGER memberships_noted AFTER UPDATE OF status ON list_members
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION note_membership();

CREATE FUNCTION note_service_block() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    b service_blocks;
BEGIN
    IF TG_OP = 'DELETE' THEN b := OLD; ELSE b := NEW; END IF;
    PERFORM note_mail_right(2::smallint, 0, b.key_version, b.address_hash, 0::smallint, 0, 0::smallint,
                            TG_OP <> 'DELETE');
    RETURN NULL;
END $$;
CREATE TRIGGER service_blocks_noted AFTER INSERT OR UPDATE OR DELETE ON service_blocks
    FOR EACH ROW EXECUTE FUNCTION note_service_block();

-- To the journal ------------------------------------------------------------------------------------------------------

-- The changes that no journal has yet, the oldest first.
CREATE FUNCTION rights_to_journal(most int)
RETURNS TABLE (generation bigint, event bigint, kind smallint, account text, key_version smallint, key_check text,
               address_hash bytea, scope smallint, list text, reason smallint, is_withheld boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT r.generation, r.event, r.kind, a.account_uuid::text, r.key_version,
           COALESCE(encode(substr(k.check_value, 1, 8), 'hex'), ''), r.address_hash, r.scope, l.list_uuid::text, r.reason,
           r.is_withheld
    FROM mail_rights r
    LEFT JOIN accounts a ON a.account_id = r.account_id
    LEFT JOIN lists l ON l.list_id = r.list_id
    LEFT JOIN key_checks k ON k.purpose = 'address' AND k.key_version = r.key_version
    -- Those with one stamp are marked together.
    WHERE NOT r.is_journalled ORDER BY r.event FETCH FIRST most ROWS WITH TIES
$$;

-- Marks changes that are on a journal's disk, each by itself; one that has changed again meanwhile stays. A database that
-- was put back under a running program does not get on from the batch it has to the newest one: what lies between is lacking.
CREATE FUNCTION mark_journalled(journal uuid, marked bigint, last_batch bigint, generations bigint[], events bigint[],
    hashes bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    -- In one order, and without waiting: a row that somebody holds is about to change, or another program marks it.
    WITH mine AS MATERIALIZED (
        SELECT r.generation, r.event, r.address_hash
        FROM unnest(generations, events, hashes) AS m(generation, event, hash)
        JOIN mail_rights r ON r.event = m.event AND r.generation = m.generation AND r.address_hash = m.hash
        WHERE NOT r.is_journalled ORDER BY r.event FOR UPDATE OF r SKIP LOCKED
    )
    UPDATE mail_rights r SET is_journalled = true FROM mine m
    WHERE NOT r.is_journalled AND r.event = m.event AND r.generation = m.generation AND r.address_hash = m.address_hash;
    UPDATE journals SET batch = CASE WHEN batch >= marked THEN greatest(batch, last_batch) ELSE batch END, trouble = '',
        seen_at = now()
    WHERE journal_id = journal;
$$;

CREATE FUNCTION enter_journal(journal uuid, called text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO journals (journal_id, name) VALUES (journal, left(called, 400))
    ON CONFLICT (journal_id) DO UPDATE SET name = excluded.name, seen_at = now();
$$;

CREATE FUNCTION note_journal_trouble(journal uuid, why text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE journals SET trouble = left(why, 400), seen_at = now() WHERE journal_id = journal;
$$;

CREATE FUNCTION answer_journal_call(journal uuid, call bigint, last_batch bigint, brought bigint, unplaced bigint)
RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE journals SET answered = call, batch = greatest(batch, last_batch), replayed = replayed + brought,
        unknown = unknown + unplaced, seen_at = now()
    WHERE journal_id = journal;
$$;

-- What the database has given away, and what it has seen of a journal: NULL where it knows none of that name.
CREATE FUNCTION highest_numbers(OUT campaign int, OUT list int, OUT account int, OUT contact bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT c.last_value::int, l.last_value::int, a.last_value::int, p.last_value
    FROM campaigns_campaign_id_seq c, lists_list_id_seq l, accounts_account_id_seq a, contacts_contact_id_seq p
$$;

-- From the journal ----------------------------------------------------------------------------------------------------

-- Takes an address's queued messages out of an account's open campaigns.
CREATE FUNCTION recall_deliveries(account int, hash bytea, of_scope smallint, list int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    found_campaigns int[];
    found_seqs      int[];
    recalled        int;
BEGIN
    -- As an opt-out does: pending, sending and deferred messages (0, 1, 2) of campaigns that are starting, running, paused or
    -- cancelling (1 to 4). Suppressed (5) because the recipient has no right to mail any more (6); what a worker has claimed
    -- is recalled by the worker.
    WITH locked AS (
        SELECT d.campaign_id, d.seq
        FROM contacts p
        JOIN campaigns c ON c.account_id = p.account_id AND c.state IN (1, 2, 3, 4)
        JOIN deliveries d ON d.campaign_id = c.campaign_id AND d.contact_id = p.contact_id
        WHERE p.address_hash = hash AND p.account_id = account AND d.state IN (0, 1, 2)
          AND (of_scope = 0 OR c.kind = 0) AND (of_scope <> 2 OR d.list_id = list)
        ORDER BY d.campaign_id, d.seq FOR UPDATE OF d
    )
    SELECT array_agg(campaign_id), array_agg(seq) INTO found_campaigns, found_seqs FROM locked;
    DELETE FROM retries r USING unnest(found_campaigns, found_seqs) AS k(campaign_id, seq)
    WHERE r.campaign_id = k.campaign_id AND r.seq = k.seq;
    UPDATE deliveries d SET state = 5, reason = 6, changed_at = now()
    FROM unnest(found_campaigns, found_seqs) AS k(campaign_id, seq)
    WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state IN (0, 2);
    GET DIAGNOSTICS recalled = ROW_COUNT;
    UPDATE deliveries d SET recalled = true
    FROM unnest(found_campaigns, found_seqs) AS k(campaign_id, seq)
    WHERE d.campaign_id = k.campaign_id AND d.seq = k.seq AND d.state = 1;
    RETURN recalled;
END $$;

-- Takes a right away as the journal says, with all that goes with it. Everything that fires in here is noted with the
-- entry's own stamp.
CREATE FUNCTION withhold_right(of_kind smallint, account int, key smallint, hash bytea, of_scope smallint, list int,
    why smallint) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    recalled int := 0;
BEGIN
    IF of_kind = 2 THEN
        SELECT b.recalled INTO recalled FROM block_address(key, hash, 'from a journal', 'journal') AS b;
        RETURN recalled;
    END IF;
    -- As an opt-out takes it: a freeze sees all of this or nothing.
    PERFORM pg_advisory_xact_lock_shared(2, account);
    IF of_kind = 1 THEN
        UPDATE list_members m SET status = 1, changed_at = now() FROM contacts c
        WHERE c.account_id = account AND c.address_hash = hash AND m.list_id = list AND m.contact_id = c.contact_id
          AND m.status = 0;
        RETURN 0;
    END IF;
    INSERT INTO suppressions (account_id, key_version, address_hash, scope, list_id, reason, source)
    VALUES (account, key, hash, of_scope, list, why, 'from a journal')
    ON CONFLICT (account_id, address_hash, key_version, scope, list_id, reason) DO UPDATE SET repeated_at = now();
    recalled := recall_deliveries(account, hash, of_scope, list);
    IF why = 4 THEN
        -- An erasure, whole: as Contacts/Erasure.swift.
        WITH m AS (
            SELECT d.campaign_id, d.seq FROM campaigns k
            JOIN contacts c ON c.account_id = k.account_id AND c.address_hash = hash
            JOIN deliveries d ON d.campaign_id = k.campaign_id AND d.contact_id = c.contact_id
            WHERE k.account_id = account
        ), r AS (
            UPDATE replies r SET reply = '' FROM m WHERE r.campaign_id = m.campaign_id AND r.seq = m.seq
        ), b AS (
            UPDATE bounces b SET detail = '' FROM m WHERE b.campaign_id = m.campaign_id AND b.seq = m.seq
        )
        UPDATE inbound_mails i SET content = NULL, state = CASE i.state WHEN 0 THEN 1 ELSE i.state END::smallint,
            settlement = CASE i.state WHEN 0 THEN 0 ELSE i.settlement END::smallint,
            settled_at = CASE i.state WHEN 0 THEN now() ELSE i.settled_at END
        FROM m WHERE i.campaign_id = m.campaign_id AND i.seq = m.seq;
        UPDATE list_members m SET status = 1, changed_at = now() FROM contacts c
        WHERE c.account_id = account AND c.address_hash = hash AND m.contact_id = c.contact_id AND m.status = 0;
        UPDATE contacts SET address = '', address_key = 'erased:' || contact_id, domain = '', attributes = '{}', status = 1,
            version = version + 1
        WHERE account_id = account AND address_hash = hash AND status <> 1;
    END IF;
    RETURN recalled;
END $$;

-- Gives a right back; an erasure stays.
CREATE FUNCTION give_right_back(of_kind smallint, account int, key smallint, hash bytea, of_scope smallint, list int,
    why smallint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF of_kind = 1 THEN
        UPDATE list_members m SET status = 0, changed_at = now() FROM contacts c
        WHERE c.account_id = account AND c.address_hash = hash AND c.status = 0 AND m.list_id = list
          AND m.contact_id = c.contact_id AND m.status = 1;
    ELSIF of_kind = 2 THEN
        DELETE FROM service_blocks WHERE address_hash = hash AND key_version = key;
    ELSIF why <> 4 THEN
        DELETE FROM suppressions
        WHERE account_id = account AND key_version = key AND address_hash = hash AND scope = of_scope AND list_id = list
          AND reason = why;
    END IF;
END $$;

-- Carries out what one entry of a journal says, if the database does not know it: 0 it does, 1 withheld, 2 given back,
-- 3 waits until somebody adopts the database, 4 of an account or list that the database does not know.
--
-- A program takes rights away by itself, on the word of its own file. To give one back is for the operator: nothing is
-- sent from a restored database before that anyhow.
CREATE FUNCTION replay_mail_right(of_generation bigint, of_event bigint, of_kind smallint, account text, key smallint,
    hash bytea, of_scope smallint, list text, why smallint, withheld boolean, OUT outcome smallint, OUT recalled int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    account_number int := 0;
    list_number    int := 0;
BEGIN
    recalled := 0;
    outcome := 4;
    IF account IS NOT NULL THEN
        SELECT a.account_id INTO account_number FROM accounts a WHERE a.account_uuid = account::uuid;
        IF NOT FOUND THEN RETURN; END IF;
    END IF;
    IF list IS NOT NULL THEN
        SELECT l.list_id INTO list_number FROM lists l WHERE l.list_uuid = list::uuid AND l.account_id = account_number;
        IF NOT FOUND THEN RETURN; END IF;
    END IF;
    outcome := 0;
    IF EXISTS (
        SELECT FROM mail_rights r
        WHERE r.account_id = account_number AND r.address_hash = hash AND r.key_version = key AND r.kind = of_kind
          AND r.scope = of_scope AND r.list_id = list_number AND r.reason = why
          AND ((r.generation, r.event) >= (of_generation, of_event)
               OR (r.lifted_generation, r.lifted_event) >= (of_generation, of_event))
    ) THEN
        RETURN;
    END IF;
    IF NOT withheld AND session_user <> 'veredus_admin' THEN
        INSERT INTO mail_rights AS r (account_id, address_hash, key_version, kind, scope, list_id, reason, is_withheld,
                                      generation, event, is_journalled, lifted_generation, lifted_event)
        VALUES (account_number, hash, key, of_kind, of_scope, list_number, why, true, -1, 0, true, of_generation, of_event)
        ON CONFLICT (account_id, address_hash, key_version, kind, scope, list_id, reason) DO UPDATE
        SET lifted_generation = of_generation, lifted_event = of_event;
        outcome := 3;
        RETURN;
    END IF;
    PERFORM set_config('veredus.replayed', of_generation || ' ' || of_event, true);
    IF withheld THEN
        recalled := withhold_right(of_kind, account_number, key, hash, of_scope, list_number, why);
        outcome := 1;
    ELSE
        PERFORM give_right_back(of_kind, account_number, key, hash, of_scope, list_number, why);
        outcome := 2;
    END IF;
    PERFORM note_mail_right(of_kind, account_number, key, hash, of_scope, list_number, why, withheld);
    PERFORM set_config('veredus.replayed', '', true);
END $$;

-- Gives back what waited for it, unless it was taken away again since; returns how many.
CREATE FUNCTION give_waiting_rights_back() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    r     mail_rights;
    given int := 0;
BEGIN
    FOR r IN SELECT * FROM mail_rights WHERE lifted_event IS NOT NULL LOOP
        IF (r.lifted_generation, r.lifted_event) > (r.generation, r.event) THEN
            PERFORM set_config('veredus.replayed', r.lifted_generation || ' ' || r.lifted_event, true);
            PERFORM give_right_back(r.kind, r.account_id, r.key_version, r.address_hash, r.scope, r.list_id, r.reason);
            PERFORM note_mail_right(r.kind, r.account_id, r.key_version, r.address_hash, r.scope, r.list_id, r.reason, false);
            PERFORM set_config('veredus.replayed', '', true);
            given := given + 1;
        END IF;
    END LOOP;
    UPDATE mail_rights SET lifted_generation = NULL, lifted_event = NULL WHERE lifted_event IS NOT NULL;
    RETURN given;
END $$;

-- A journal was ahead: changes that are made from now on are newer than any of its own.
CREATE FUNCTION note_journal_ahead(called text, newest_generation bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE installation SET journal_generation = greatest(journal_generation, newest_generation + 1),
        journal_ahead = CASE journal_ahead WHEN '' THEN left(called, 400) ELSE journal_ahead END;
$$;

-- Of keys that a journal's hashes were made with, those that are not the database's.
CREATE FUNCTION foreign_address_keys(numbers smallint[], checks text[]) RETURNS SETOF smallint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT DISTINCT g.number FROM unnest(numbers, checks) AS g(number, value)
    WHERE g.value <> '' AND NOT EXISTS (
        SELECT FROM key_checks k
        WHERE k.purpose = 'address' AND k.key_version = g.number AND encode(substr(k.check_value, 1, 8), 'hex') = g.value)
$$;

-- Makes sure that numbers which were given away are not given away again. Returns whether any was raised.
CREATE FUNCTION raise_numbers(campaign int, list int, account int, contact bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    known record;
BEGIN
    -- A number that leaves no room would end the service.
    IF greatest(campaign, list, account) > 2000000000 OR contact > 4000000000000000000 THEN
        RAISE EXCEPTION 'a journal or restore guard names numbers that leave no room' USING ERRCODE = 'check_violation';
    END IF;
    -- One at a time: the lower of two must not be the last.
    PERFORM FROM installation FOR UPDATE;
    SELECT * INTO known FROM highest_numbers();
    IF campaign > known.campaign THEN PERFORM setval('campaigns_campaign_id_seq', campaign); END IF;
    IF list > known.list THEN PERFORM setval('lists_list_id_seq', list); END IF;
    IF account > known.account THEN PERFORM setval('accounts_account_id_seq', account); END IF;
    IF contact > known.contact THEN PERFORM setval('contacts_contact_id_seq', contact); END IF;
    PERFORM make_delivery_partitions();
    RETURN campaign > known.campaign OR list > known.list OR account > known.account OR contact > known.contact;
END $$;

-- As before, and ahead of numbers that were raised.
CREATE OR REPLACE FUNCTION make_delivery_partitions() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    width  CONSTANT int := 2000;
    newest int;
    made   int := 0;
BEGIN
    SELECT greatest((SELECT COALESCE(max(campaign_id), 0) FROM campaigns), s.last_value::int) INTO newest
    FROM campaigns_campaign_id_seq s;
    FOR part IN (newest / width) .. (newest / width + 1) LOOP
        IF to_regclass(format('deliveries_p%s', part)) IS NULL THEN
            EXECUTE format(
                'CREATE TABLE public.deliveries_p%s PARTITION OF public.deliveries FOR VALUES FROM (%s) TO (%s)
                 WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)',
                part, part * width, (part + 1) * width);
            EXECUTE format('ALTER TABLE deliveries_p%s ENABLE ROW LEVEL SECURITY', part);
            EXECUTE format('ALTER TABLE deliveries_p%s FORCE ROW LEVEL SECURITY', part);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$;

-- The changes that are in no journal yet, and the first and the last of them: what doctor and a command read.
CREATE FUNCTION count_waiting_rights(OUT waiting bigint, OUT oldest bigint, OUT newest bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS
$$ SELECT count(*), COALESCE(min(event), 0), COALESCE(max(event), 0) FROM mail_rights WHERE NOT is_journalled $$;

-- Opt-outs by messages that a restored database does not know, of people whom it does not know either: whoever is imported
-- with such a hash later is not mailed.
CREATE TABLE lost_opt_outs (
    account_id  int NOT NULL REFERENCES accounts,
    mark        bytea NOT NULL CHECK (length(mark) BETWEEN 6 AND 8), -- how the hash begins
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, mark)
);
ALTER TABLE lost_opt_outs ENABLE ROW LEVEL SECURITY;
ALTER TABLE lost_opt_outs FORCE ROW LEVEL SECURITY;
CREATE POLICY one_account ON lost_opt_outs TO veredus_admin, veredus_web
    USING (account_id = (SELECT visible_account())) WITH CHECK (account_id = (SELECT visible_account()));
CREATE POLICY all_accounts ON lost_opt_outs TO veredus_producer, veredus_inbound USING (true) WITH CHECK (true);
GRANT SELECT ON lost_opt_outs TO veredus_admin, veredus_producer;
GRANT SELECT, INSERT ON lost_opt_outs TO veredus_web, veredus_inbound;

GRANT SELECT (address_hash) ON contacts TO veredus_worker; -- into the unsubscribe link

REVOKE ALL ON FUNCTION note_mail_right(smallint, int, smallint, bytea, smallint, int, smallint, boolean),
    note_suppression(), note_membership(), note_service_block(), rights_to_journal(int),
    mark_journalled(uuid, bigint, bigint, bigint[], bigint[], bytea[]), enter_journal(uuid, text), note_journal_trouble(uuid, text),
    answer_journal_call(uuid, bigint, bigint, bigint, bigint), highest_numbers(), recall_deliveries(int, bytea, smallint, int),
    withhold_right(smallint, int, smallint, bytea, smallint, int, smallint),
    give_right_back(smallint, int, smallint, bytea, smallint, int, smallint),
    replay_mail_right(bigint, bigint, smallint, text, smallint, bytea, smallint, text, smallint, boolean),
    give_waiting_rights_back(), note_journal_ahead(text, bigint), foreign_address_keys(smallint[], text[]),
    raise_numbers(int, int, int, bigint), count_waiting_rights() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION rights_to_journal(int), mark_journalled(uuid, bigint, bigint, bigint[], bigint[], bytea[]),
    enter_journal(uuid, text), note_journal_trouble(uuid, text)
    TO veredus_producer, veredus_web, veredus_recorder, veredus_inbound;
GRANT EXECUTE ON FUNCTION answer_journal_call(uuid, bigint, bigint, bigint, bigint)
    TO veredus_producer, veredus_web, veredus_recorder, veredus_inbound;
GRANT EXECUTE ON FUNCTION
    replay_mail_right(bigint, bigint, smallint, text, smallint, bytea, smallint, text, smallint, boolean),
    note_journal_ahead(text, bigint), foreign_address_keys(smallint[], text[]), raise_numbers(int, int, int, bigint)
    TO veredus_admin, veredus_producer, veredus_web, veredus_recorder, veredus_inbound;
GRANT EXECUTE ON FUNCTION highest_numbers() TO veredus_admin, veredus_producer, veredus_worker, veredus_web,
    veredus_recorder, veredus_inbound;
GRANT EXECUTE ON FUNCTION give_waiting_rights_back(), count_waiting_rights() TO veredus_admin;
GRANT SELECT ON journals TO veredus_admin, veredus_producer, veredus_web, veredus_recorder, veredus_inbound;
GRANT DELETE, UPDATE (replayed, unknown) ON journals TO veredus_admin;
