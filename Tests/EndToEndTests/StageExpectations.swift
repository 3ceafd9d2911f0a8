import Core
import MailSimulator
import TestKit
import Testing

// What a scenario expects of its stage.
extension Stage {
    typealias Totals = TestKit.Totals

    /// Reads the totals, which must balance: P3, and I13 against a recount in the same snapshot.
    func totals(_ campaign: CampaignID) async throws -> Totals {
        let totals = try await readTotals(campaign)
        #expect(totals.breaches == [])
        return totals
    }

    /// Waits until the totals are as wanted, looking often; they must balance at every look.
    @discardableResult
    func wait(
        for campaign: CampaignID,
        within limit: Duration = .seconds(60),
        until wanted: (Totals) -> Bool = { $0.hasEnded }
    ) async throws -> Totals {
        var last: Totals?
        do {
            try await eventually("the totals are as wanted", within: limit, every: .milliseconds(50)) {
                do {
                    last = try await totals(campaign)
                } catch let error where error.isTransientFailure {
                    // A scenario that stops the database.
                    last = nil
                }
                return last.map(wanted) ?? false
            }
        } catch is NeverSo {
            let words = last.map { "\($0)" } ?? "the database does not say"
            throw Missing(description: "not in \(limit): \(words); \(await inFlight())")
        }
        guard let last else { throw Missing(description: "no totals of campaign \(campaign)") }
        return last
    }

    /// Waits until the producer has looked at its campaigns so many times more: what it was to do, it has done by then.
    ///
    /// Counted in the database, where each look begins with one update of the campaigns, be it of no row.
    func producerLooks(_ count: Int, within limit: Duration = .seconds(60)) async throws {
        try await execute(
            """
            CREATE SCHEMA IF NOT EXISTS looks;
            CREATE SEQUENCE IF NOT EXISTS looks.begun MINVALUE 0 START 0;
            CREATE OR REPLACE FUNCTION looks.note() RETURNS trigger
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                IF session_user = 'veredus_producer' THEN PERFORM nextval('looks.begun'); END IF;
                RETURN NULL;
            END $$;
            CREATE OR REPLACE TRIGGER looked BEFORE UPDATE ON campaigns FOR EACH STATEMENT EXECUTE FUNCTION looks.note();
            """
        )
        let begun = "SELECT last_value FROM looks.begun"
        let before = try await number(begun)
        // The first that is seen to begin may follow one that was under way: one more, so that all of them have ended.
        try await eventually("the producer has looked \(count) times", within: limit) {
            try await number(begun) > before + count
        }
    }

    /// What workers have in flight, and what the other side says of it: for a failure's report.
    private func inFlight() async -> String {
        let rows = """
            SELECT coalesce(string_agg(concat_ws(' ', d.campaign_id, d.seq, 'token', d.token, 'since', d.changed_at,
                CASE WHEN EXISTS (SELECT FROM claims c WHERE c.token = d.token) THEN 'claimed' ELSE 'without a claim' END),
                ', '), 'nothing') FROM deliveries d WHERE d.state = 1
            """
        let sending = (try? await text(rows)) ?? "the database does not say"
        return "being sent: \(sending.prefix(500)); the other side: \(simulator.summary)"
    }

    /// Waits until something is so.
    func wait(within limit: Duration = .seconds(30), until isSo: () async throws -> Bool) async throws {
        try await eventually("what the scenario waits for", within: limit, isSo)
    }

    /// Runs the tool; an issue that has its words, unless it succeeds.
    func expectTool(_ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expectTool(arguments, sourceLocation: sourceLocation)
    }

    func expectTool(
        _ arguments: [String],
        _ settings: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let outcome = try await tool(arguments, settings)
        #expect(outcome.end == .exit(0), "\(arguments): \(outcome.errors)", sourceLocation: sourceLocation)
    }

    /// Checks every invariant that the totals and the simulator's record can tell of, see ``Truth``.
    ///
    /// - Parameters:
    ///   - campaign: One that has ended.
    ///   - copies: How many copies one recipient may have got, at least once.
    ///   - uncertain: How many messages were in flight when faults struck; `nil` leaves it to the scenario.
    ///   - keys: What the return paths were signed with; `nil` for the stage's own.
    /// - Throws: What the database says.
    func expectTruth(
        of campaign: CampaignID,
        copies: Int = 1,
        uncertain: Int? = nil,
        signedWith keys: KeyRing? = nil
    ) async throws {
        let record = try await record(of: campaign)
        let keys = try keys ?? Self.keys()
        let truth = Truth(
            record,
            copies: simulator.accepted.map { AcceptedCopy($0, keys: keys) },
            bounds: .init(extraCopies: (copies - 1) * record.audience, uncertain: uncertain)
        )
        let breaches = truth.breaches
        #expect(record.totals.hasEnded, "or its totals are not at rest")
        #expect(breaches.prefix(20) == [], "\(breaches.count) in all")
    }
}
