import DatabaseClient
import TestKit
import Testing

@testable import Admin

extension Tool {
    /// A finished campaign 1 of contacts 1 to 6 of account acme, and messages that wait for a decision.
    ///
    /// Contacts 1 to 3 are dead (dead letters 1 to 3), 4 is uncertain, 5 accepted, 6 failed. Dead letter 4 is of
    /// contact 1 once more, 5 cannot be read, 6 is too new. Account other has campaign 2 with a dead letter 7.
    static func withFixture(_ body: @Sendable (Tool) async throws -> Void) async throws {
        try await with { tool in
            let rows = (1...6).map { "c\($0)@example.org" }.joined(separator: "\n")
            let file = tool.file("c.csv", "email\n\(rows)\n")
            await tool.run("contacts", "import", file, "--account", "acme", "--list", "news")
            await tool.run("account", "create", "other")
            await tool.run("list", "create", "--account", "other", "theirs")
            let theirs = tool.file("o.csv", "email\no@example.org\n")
            await tool.run("contacts", "import", theirs, "--account", "other", "--list", "theirs")
            try await tool.execute(seed)
            try await body(tool)
        }
    }

    private static let seed = """
        INSERT INTO campaigns (account_id, list_id, name, state, version, audience, started_at, expires_at, finished_at)
        VALUES (1, 1, 'first', 6, 1, 6, now(), now() + interval '1 day', now()),
               (2, 2, 'theirs', 6, 1, 1, now(), now() + interval '1 day', now());
        INSERT INTO campaign_versions (campaign_id, version, account_id, subject, html, settings)
        SELECT campaign_id, 1, account_id, 'Salve', '<p>Salve</p>', '{"from": {"address": "a@veredus.example"}}'
        FROM campaigns;
        INSERT INTO campaign_lanes VALUES (1, 1, 1, 1, 6, 6), (2, 1, 2, 1, 1, 1);
        INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state, code, reason, token)
        SELECT 1, contact_id, 1, contact_id, 1, 1, (ARRAY[9, 9, 9, 6, 3, 4])[contact_id],
               (ARRAY[0, 0, 0, 0, 250, 550])[contact_id], (ARRAY[4, 4, 4, 9, 0, 1])[contact_id], 0
        FROM contacts WHERE account_id = 1
        UNION ALL SELECT 2, 1, 2, contact_id, 2, 1, 9, 0, 4, 0 FROM contacts WHERE account_id = 2;
        INSERT INTO counters (campaign_id, lane_id, writer, dead, uncertain, accepted, failed)
        VALUES (1, 1, 0, 3, 1, 1, 1), (2, 1, 0, 1, 0, 0, 0);
        INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
        VALUES (1, 4, 1, 1, 4, 8, 0, 'worker 1f ended with it in flight');
        INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope) VALUES
            (1, 1, 1, 3, 'line 7: the field name is missing', 'w', 'jobs.default', 'v1 1 1 1'),
            (1, 2, 1, 3, 'line 8: the field name is missing', 'w', 'jobs.default', 'v1 1 1 2'),
            (1, 3, 1, 2, 'a worker went away', 'w', 'jobs.default', 'v1 1 1 3'),
            (1, 1, 1, 3, 'line 7: the field name is missing', 'w', 'jobs.default', 'v1 1 1 1'),
            (NULL, NULL, NULL, 0, 'not an envelope: unexpected byte at 0', 'w', 'jobs.default', '\\x00ff'),
            (NULL, NULL, NULL, 1, 'envelope version 9, this worker reads 1', 'w', 'jobs.default', 'v9 x'),
            (2, 1, 2, 3, 'line 9: the field name is missing', 'w', 'jobs.default', 'v1 2 1 1');
        """

    /// Runs SQL as superuser.
    func execute(_ sql: String) async throws {
        let connection = try await database.connect()
        try await connection.execute(sql)
        await connection.close()
    }

    /// What the desk is about: rows by state, messages by settlement, lines in the audit log; to see that nothing changed.
    func deskState() async throws -> [String] {
        try await sql(
            """
            SELECT string_agg(campaign_id || ':' || seq || '=' || state || '/' || reopened, ' ' ORDER BY campaign_id, seq)
            FROM deliveries
            UNION ALL SELECT string_agg(COALESCE(settlement::text, '-'), ' ' ORDER BY dead_letter_id) FROM dead_letters
            UNION ALL SELECT string_agg(state || CASE WHEN republish THEN '!' ELSE '' END, ' ' ORDER BY campaign_id)
            FROM campaigns
            """
        )
    }

    /// Expects the desk to look like this.
    func expectFixture(_ state: [String], _ because: Comment? = nil, at place: SourceLocation = #_sourceLocation)
        async throws
    {
        let now = try await deskState()
        #expect(now == state, because, sourceLocation: place)
    }

    static let untouched = ["1:1=9/0 1:2=9/0 1:3=9/0 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "- - - - - - -", "6 6"]
}
