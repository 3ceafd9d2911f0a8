import Core
import Database
import DatabaseClient
import TestKit
import Testing

/// Nobody is marked after they said no (P1, I7): claims race with suppressions, pauses and resumes.
///
/// A trigger is the oracle: when a transaction that marks a row commits, it looks suppressions and the campaign up anew.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct ConsentRaceTests {
    private static let recipients = 600

    @Test func `no mark commits after a suppression or a pause`() async throws {
        try await Totals.with(contacts: Self.recipients) { totals in
            let campaign = try await totals.run()
            try await totals.superuser.execute(Self.oracle)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await pauseAndResume(totals, campaign) }
                try await withThrowingTaskGroup(of: Void.self) { work in
                    for claimer in 1...4 {
                        work.addTask { try await claimAll(totals, campaign, claimer: claimer) }
                    }
                    let contacts = Array((1...Self.recipients).shuffled().prefix(Self.recipients / 2))
                    for part in [contacts.prefix(150), contacts.dropFirst(150)] {
                        work.addTask { for contact in part { try await suppress(totals, contact) } }
                    }
                    try await work.waitForAll()
                }
                group.cancelAll()
                try await group.waitForAll()
            }
            let counts = try await totals.recount(campaign)
            #expect(counts.values.reduce(0, +) == Self.recipients)
            #expect(counts[.pending] == nil)
            #expect((counts[.suppressed] ?? 0) > 0, "or nothing raced")
            let unknownToThem = try await totals.number(
                """
                SELECT count(*) FROM deliveries d JOIN contacts c USING (contact_id)
                JOIN suppressions s ON s.address_hash = c.address_hash
                WHERE d.campaign_id = \(campaign) AND d.state <> 5 AND NOT d.recalled
                """
            )
            #expect(unknownToThem == 0, "whoever opted out is recalled, or known to be on the way")
        }
    }

    /// Until cancelled.
    private func pauseAndResume(_ totals: Totals, _ campaign: CampaignID) async throws {
        do {
            while !Task.isCancelled {
                try await totals.admin.ask(.pause, of: campaign, account: Totals.account)
                try await totals.admin.ask(.resume, of: campaign, account: Totals.account)
            }
        } catch is CancellationError {}
    }

    /// Claims every row, again and again while the campaign is paused.
    private func claimAll(_ totals: Totals, _ campaign: CampaignID, claimer: Int) async throws {
        var left = Set((1...Self.recipients).map(Seq.init))
        var round = 0
        while !left.isEmpty {
            round += 1
            let seqs = Array(left.shuffled().prefix(8))
            let verdicts = try await totals.claim(campaign, seqs, token: ClaimToken(claimer * 1_000_000 + round))
            for (seq, verdict) in zip(seqs, verdicts) where verdict != .paused {
                #expect([.claimed, .final].contains(verdict))
                left.remove(seq)
            }
        }
    }

    private func suppress(_ totals: Totals, _ contact: Int) async throws {
        let hash = try await totals.superuser.rows(.hashOfContact, [.int64(Int64(contact))]) { try $0.bytes(0) }
        _ = try await totals.admin.suppress(
            Suppression(
                account: Totals.account,
                addressHash: try #require(hash.first),
                hashKey: 1,
                scope: SuppressionScope.allCases.randomElement() ?? .all,
                list: 0,
                reason: .unsubscribe,
                source: "race",
                way: .commandLine
            ).consistent
        )
    }

    static let oracle = """
        CREATE FUNCTION oracle() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            IF EXISTS (SELECT FROM suppressions s JOIN contacts c USING (address_hash) WHERE c.contact_id = NEW.contact_id)
            THEN RAISE 'marked after a suppression'; END IF;
            IF (SELECT state FROM campaigns WHERE campaign_id = NEW.campaign_id) <> 2
            THEN RAISE 'marked after a pause'; END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER oracle AFTER UPDATE ON deliveries DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.state = 1 AND OLD.state <> 1) EXECUTE FUNCTION oracle();
        """
}

extension Suppression {
    /// The list named where the scope is one.
    fileprivate var consistent: Suppression {
        Suppression(
            account: account,
            addressHash: addressHash,
            hashKey: hashKey,
            scope: scope,
            list: scope == .list ? Totals.list : 0,
            reason: reason,
            source: source,
            way: way
        )
    }
}

extension Statement {
    fileprivate static let hashOfContact = Statement(
        "hash-of-contact",
        "SELECT address_hash FROM contacts WHERE contact_id = $1"
    )
}
