import DatabaseClient
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct SuppressTests {
    /// Contacts 1 to 6, and a row for each in three campaigns: 1 running and marketing, 2 paused and transactional,
    /// 3 finished. Contact n is in state n - 1 of campaign 1: pending, sending, deferred, accepted, failed, suppressed.
    private static func stage(_ tool: Tool) async throws {
        let rows = (1...6).map { "c\($0)@example.org" }.joined(separator: "\n")
        await tool.run(
            "contacts",
            "import",
            tool.file("c.csv", "email\n\(rows)\n"),
            "--account",
            "acme",
            "--list",
            "news"
        )
        let connection = try await tool.database.connect()
        try await connection.execute(
            """
            INSERT INTO campaigns (account_id, list_id, name, kind, state) VALUES
                (1, 1, 'marketing', 0, 2), (1, 1, 'transactional', 1, 3), (1, 1, 'over', 0, 6);
            INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id, state)
            SELECT k, c.contact_id, 1, c.contact_id, 1, 1, CASE k WHEN 1 THEN c.contact_id - 1 ELSE 0 END
            FROM generate_series(1, 3) AS k, contacts c;
            INSERT INTO retries (campaign_id, seq, account_id, lane_id, due, publish_at) VALUES (1, 3, 1, 1, now(), now());
            """
        )
        await connection.close()
    }

    private static func states(_ tool: Tool) async throws -> [String] {
        try await tool.sql(
            """
            SELECT string_agg(state || CASE WHEN recalled THEN '!' ELSE '' END, ' ' ORDER BY seq) FROM deliveries
            GROUP BY campaign_id ORDER BY campaign_id
            """
        )
    }

    static let before = ["0 1 2 3 4 5", "0 0 0 0 0 0", "0 0 0 0 0 0"]
    static let table:
        [(contact: Int, scope: [String], recalled: String, onTheirWay: String, after: [String], because: Comment)] = [
            (1, ["--scope", "marketing"], "1", "0", ["5 1 2 3 4 5", before[1], before[2]], "pending is recalled"),
            (2, ["--scope", "marketing"], "0", "1", ["0 1! 2 3 4 5", before[1], before[2]], "sending is on its way"),
            (3, ["--scope", "marketing"], "1", "0", ["0 1 5 3 4 5", before[1], before[2]], "deferred is recalled"),
            (4, ["--scope", "marketing"], "0", "0", before, "accepted stays accepted"),
            (
                1, ["--scope", "all"], "2", "0", ["5 1 2 3 4 5", "5 0 0 0 0 0", before[2]],
                "all mail: the transactional one, too; a finished campaign's totals are closed"
            ),
            (
                3, ["--scope", "list", "--list", "news"], "1", "0", ["0 1 5 3 4 5", before[1], before[2]],
                "one list: transactional mail goes on"
            ),
            (1, [], "1", "0", ["5 1 2 3 4 5", before[1], before[2]], "without a scope it is marketing"),
        ]

    @Test(arguments: table)
    func `a suppression recalls what is queued and counts what is on its way`(
        row: (
            contact: Int, scope: [String], recalled: String, onTheirWay: String, after: [String], because: Comment
        )
    ) async throws {
        try await Tool.with { tool in
            try await Self.stage(tool)
            let outcome = await tool.run(
                [
                    "suppressions", "add", "C\(row.contact)@EXAMPLE.org", "--account", "acme", "--reason",
                    "wrote to us", "--json",
                ]
                    + row.scope
            )
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(outcome.json("recalled") == row.recalled, row.because)
            #expect(outcome.json("already_on_their_way") == row.onTheirWay, row.because)
            #expect(outcome.json("new") == "true")
            let after = try await Self.states(tool)
            #expect(after == row.after, row.because)
            // The counters' differences are those of the rows: one from pending or deferred to suppressed.
            let drift = try await tool.sql(
                """
                SELECT string_agg(k.campaign_id || ':' || k.state, ' ') FROM (
                    SELECT campaign_id, COALESCE(sum(pending + sending + deferred + accepted + failed + suppressed), 0)
                        AS state FROM counters GROUP BY campaign_id HAVING
                        sum(pending + sending + deferred + accepted + failed + suppressed) <> 0) AS k
                """
            )
            #expect(drift == ["NULL"], row.because)
        }
    }

    @Test func `a recalled retry is gone and says why`() async throws {
        try await Tool.with { tool in
            try await Self.stage(tool)
            await tool.run("suppressions", "add", "c3@example.org", "--account", "acme", "--reason", "x")
            let retries = try await tool.sql("SELECT count(*)::text FROM retries")
            #expect(retries == ["0"])
            let reasons = try await tool.sql("SELECT reason::text FROM deliveries WHERE campaign_id = 1 AND seq = 3")
            #expect(reasons == ["6"])
        }
    }

    @Test func `it is safe to repeat, and holds for an address that is no contact yet`() async throws {
        try await Tool.with { tool in
            let line = ["suppressions", "add", "new@example.org", "--account", "acme", "--reason", "asked", "--json"]
            #expect(await tool.run(line).json("new") == "true")
            #expect(await tool.run(line).json("new") == "false")
            await tool.run(
                "contacts",
                "import",
                tool.file("n.csv", "email\nnew@example.org\n"),
                "--account",
                "acme",
                "--list",
                "news"
            )
            let shown = await tool.run("contacts", "show", "NEW@example.org", "--account", "acme", "--json")
            #expect(
                shown.output.contains(#""scope":"marketing","list":null,"reason":"by-hand","source":"asked""#)
            )
        }
    }

    @Test func `a list's opt-out stands on the member, and an import leaves it there`() async throws {
        try await Tool.with { tool in
            try await Self.stage(tool)
            await tool.run(
                "suppressions",
                "add",
                "c1@example.org",
                "--account",
                "acme",
                "--scope",
                "list",
                "--list",
                "news",
                "--reason",
                "x"
            )
            await tool.run(
                "contacts",
                "import",
                tool.file("c.csv", "email\nc1@example.org\n"),
                "--account",
                "acme",
                "--list",
                "news"
            )
            let status = try await tool.sql("SELECT status::text FROM list_members WHERE contact_id = 1")
            #expect(status == ["1"])
        }
    }

    static let refused: [(arguments: [String], status: Int32, because: Comment)] = [
        (["nobody", "--account", "acme", "--reason", "x"], 65, "no address"),
        (["a@example.org", "--account", "acme"], 64, "a reason is needed"),
        (["a@example.org", "--account", "acme", "--reason", ""], 64, "an empty one is none"),
        (["a@example.org", "--account", "acme", "--reason", "x", "--scope", "list"], 64, "which list?"),
        (["a@example.org", "--account", "acme", "--reason", "x", "--list", "news"], 64, "a list without its scope"),
        (["a@example.org", "--account", "acme", "--reason", "x", "--scope", "some"], 64, "no such scope"),
        (["a@example.org", "--account", "acme", "--reason", "4111 1111 1111 1111"], 64, "P8: no card in a note"),
    ]

    @Test func `what is not clear is refused`() async throws {
        try await Tool.with { tool in
            for row in Self.refused {
                #expect(await tool.run(["suppressions", "add"] + row.arguments).status == row.status, row.because)
            }
            let stored = try await tool.sql("SELECT count(*)::text FROM suppressions")
            #expect(stored == ["0"])
        }
    }
}
