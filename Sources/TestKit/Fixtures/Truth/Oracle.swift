import Core
import DatabaseClient

/// Watches every write in a test's database: triggers that belong to the superuser.
///
/// At each claim (a row becomes `sending`) it looks up campaign, contact, suppressions and list membership again. The
/// function is volatile and runs in READ COMMITTED, so that each of its queries sees what is committed at that moment,
/// not what the claim's own snapshot saw; `now()`, the start of the transaction, proves nothing and is not used. What
/// it cannot see yet waits for the locks that the claim holds, and so commits after it; `Races` compares the commits.
///
/// It records and does not raise: an error would roll back the claim, the worker would try again, and a run that broke
/// the rule would appear to pass. The end of a test must read ``objections``; ``Truth`` does.
package enum Oracle {
    /// Installs it; as superuser, once a database.
    package static func install(on superuser: PostgresConnection) async throws {
        let pairs = DeliveryState.allCases.flatMap { old in
            DeliveryState.allCases.filter { Transitions.allows(old, $0) }.map { "(\(old.rawValue), \($0.rawValue))" }
        }
        try await superuser.execute(schema)
        try await superuser.execute("INSERT INTO oracle.transitions VALUES \(pairs.joined(separator: ", "))")
    }

    private static let schema = """
        CREATE SCHEMA oracle;
        CREATE TABLE oracle.transitions (old smallint, new smallint, PRIMARY KEY (old, new));
        CREATE TABLE oracle.marks (
            mark_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            campaign_id  int NOT NULL,
            seq          int NOT NULL,
            attempt      smallint NOT NULL,
            token        bigint NOT NULL,
            marked_at    timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        CREATE INDEX marks_by_delivery ON oracle.marks (campaign_id, seq);
        CREATE TABLE oracle.objections (
            campaign_id  int NOT NULL,
            seq          int NOT NULL,
            invariant    text NOT NULL,
            words        text NOT NULL,
            raised_at    timestamptz NOT NULL DEFAULT clock_timestamp()
        );

        -- Why a contact may not be mailed at this moment; NULL when it may. The rule is that of the freeze.
        CREATE FUNCTION oracle.refusal(campaign int, contact bigint, list int) RETURNS text
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        DECLARE
            sent   campaigns;
            person contacts;
            found  int;
        BEGIN
            SELECT * INTO sent FROM campaigns c WHERE c.campaign_id = campaign;
            IF sent.state <> 2 THEN RETURN format('the campaign is in state %s', sent.state); END IF;
            SELECT * INTO person FROM contacts c WHERE c.contact_id = contact;
            IF person.status <> 0 THEN RETURN 'the contact is erased'; END IF;
            SELECT s.scope INTO found FROM suppressions s
            WHERE s.account_id = person.account_id AND s.address_hash = person.address_hash
              AND (s.scope = 0 OR sent.kind = 0 AND (s.scope = 1 OR s.scope = 2 AND s.list_id = list))
            LIMIT 1;
            IF FOUND THEN RETURN format('the address is suppressed, scope %s', found); END IF;
            PERFORM FROM service_blocks b WHERE b.address_hash = person.address_hash;
            IF FOUND THEN RETURN 'the service blocks the address'; END IF;
            SELECT m.status INTO found FROM list_members m WHERE m.list_id = list AND m.contact_id = contact;
            IF sent.kind = 0 AND COALESCE(found, 1) <> 0 THEN RETURN 'the contact is not on the list'; END IF;
            RETURN NULL;
        END $$;

        CREATE FUNCTION oracle.watch() RETURNS trigger
        LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
        DECLARE
            why text;
        BEGIN
            IF NOT EXISTS (SELECT FROM oracle.transitions t WHERE t.old = OLD.state AND t.new = NEW.state) THEN
                INSERT INTO oracle.objections (campaign_id, seq, invariant, words)
                VALUES (NEW.campaign_id, NEW.seq, 'model', format('from state %s to %s', OLD.state, NEW.state));
            END IF;
            IF NEW.state = 1 AND (OLD.state <> 1 OR OLD.token <> NEW.token) THEN
                INSERT INTO oracle.marks (campaign_id, seq, attempt, token)
                VALUES (NEW.campaign_id, NEW.seq, NEW.attempt, NEW.token);
                IF OLD.state = 1 THEN
                    why := 'it was being sent already';
                ELSE
                    why := oracle.refusal(NEW.campaign_id, NEW.contact_id, NEW.list_id);
                END IF;
                IF why IS NOT NULL THEN
                    INSERT INTO oracle.objections (campaign_id, seq, invariant, words)
                    VALUES (NEW.campaign_id, NEW.seq, 'I7', 'marked although ' || why);
                END IF;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER watched AFTER UPDATE ON deliveries FOR EACH ROW
            WHEN (OLD.state <> NEW.state OR OLD.token <> NEW.token) EXECUTE FUNCTION oracle.watch();
        """
}

extension Stage {
    /// What the oracle objected to in all campaigns.
    package func objections() async throws -> [Breach] {
        try await superuser.withConnection { try await $0.rows(.readObjections, [.null]) { try Breach($0) } }
    }

    /// The database's record of a campaign, in one snapshot.
    package func record(of campaign: CampaignID) async throws -> CampaignRecord {
        try await superuser.withConnection { connection in
            try await connection.transaction { connection in
                try connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                return try connection.readRecord(of: campaign)
            }
        }
    }

    /// Counters and recount, in one snapshot; cheap enough to look often.
    package func readTotals(_ campaign: CampaignID) async throws -> Totals {
        let rows = try await superuser.withConnection { connection in
            try await connection.rows(.readTotals, [.int32(campaign)]) { row in
                (
                    state: try row.int16(0), audience: try row.int32(1), of: try row.int16(2),
                    counter: try row.int64(3), count: try row.int64(4), retries: try row.int64(5)
                )
            }
        }
        guard let first = rows.first, let state = CampaignState(rawValue: first.state) else {
            throw Missing(description: "there is no campaign \(campaign)")
        }
        var totals = Totals(
            state: state,
            audience: Int(first.audience),
            counts: [:],
            counters: [:],
            retries: Int(first.retries)
        )
        for row in rows {
            guard let state = DeliveryState(rawValue: row.of) else { continue }
            if row.count != 0 { totals.counts[state] = Int(row.count) }
            if row.counter != 0 { totals.counters[state] = Int(row.counter) }
        }
        return totals
    }
}
