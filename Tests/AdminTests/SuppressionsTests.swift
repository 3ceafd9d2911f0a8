import TestKit
import Testing

@testable import Admin

/// `veredus suppressions` and `veredus block`, as a person uses them.
@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct SuppressionsTests {
    private static func stage(_ tool: Tool) async {
        let file = tool.file("c.csv", "email\nada@example.org\nbob@example.org\n")
        await tool.run("contacts", "import", file, "--account", "acme", "--list", "news")
        for address in ["ada@example.org", "nobody@example.org"] {
            await tool.run("suppressions", "add", address, "--account", "acme", "--reason", "=asked", "--scope", "all")
        }
        await tool.run(
            "suppressions",
            "add",
            "bob@example.org",
            "--account",
            "acme",
            "--reason",
            "x",
            "--scope",
            "list",
            "--list",
            "news"
        )
    }

    @Test func `the list shows the newest first, in pages, and an address only where a contact has it`() async throws {
        try await Tool.with { tool in
            await Self.stage(tool)
            let first = await tool.run("suppressions", "list", "--account", "acme", "--limit", "2")
            #expect(first.status == 0, "\(first.errors)")
            let lines = first.output.split(separator: "\n")
            #expect(lines.count == 3)
            #expect(lines[1].contains("bob@example.org") && lines[1].contains("list news"))
            #expect(!first.output.contains("nobody") && lines[2].contains("…"), "only its hash is kept")
            let cursor = try #require(first.errors.wholeMatch(of: /more: --cursor (\S+)\n/)?.1)
            let second = await tool.run(
                "suppressions",
                "list",
                "--account",
                "acme",
                "--limit",
                "2",
                "--cursor",
                String(cursor),
                "--json"
            )
            #expect(second.json("address") == "ada@example.org")
            #expect(second.json("number") == "1")
            let looks = try await tool.sql("SELECT count(*)::text FROM audit WHERE action = 'suppressions.list'")
            #expect(looks == ["2"])
        }
    }

    @Test func `a removal needs a reason and a yes, is audited, and leaves erasures alone`() async throws {
        try await Tool.with { tool in
            await Self.stage(tool)
            let line = ["suppressions", "remove", "ada@example.org", "--account", "acme"]
            #expect(await tool.run(line).status == 64, "no reason")
            let asked = await tool.run(line + ["--reason", "asked to come back"])
            #expect(asked.status == 0 && asked.errors.contains("nothing was changed"))
            #expect(try await tool.sql("SELECT count(*)::text FROM suppressions") == ["3"])
            let done = await tool.run(line + ["--reason", "asked to come back", "--yes", "--json"])
            #expect(done.json("suppressions") == "1", "\(done.errors)")
            #expect(try await tool.sql("SELECT count(*)::text FROM suppressions") == ["2"])
            let audited = try await tool.sql(
                "SELECT subject || ' ' || reason FROM audit WHERE action = 'suppressions.remove'"
            )
            #expect(audited == ["contact 1: 1 asked to come back"])
            #expect(await tool.run(line + ["--reason", "x", "--yes"]).status == 65, "there is none any more")
            try await tool.execute("UPDATE suppressions SET reason = 4")
            let erased = await tool.run(
                "suppressions",
                "remove",
                "nobody@example.org",
                "--account",
                "acme",
                "--reason",
                "x",
                "--yes"
            )
            #expect(erased.status == 65 && erased.errors.contains("erased"))
        }
    }

    @Test func `an export comes back into another database, hashes included, and runs no formula`() async throws {
        try await Tool.with { tool in
            await Self.stage(tool)
            let exported = await tool.run("suppressions", "export", "--account", "acme")
            #expect(exported.output.hasPrefix("\"email\",\"hash\",\"key\",\"scope\",\"list\",\"reason\",\"source\""))
            #expect(exported.output.contains("\"'=asked\""))
            #expect(!exported.output.contains("nobody"))
            let file = tool.file("s.csv", exported.output)
            try await Tool.with { other in
                let line = ["suppressions", "import", file, "--account", "acme", "--reason", "restore", "--json"]
                let imported = await other.run(line)
                #expect(imported.status == 0, "\(imported.errors)")
                #expect(imported.json("added") == "3")
                #expect(await other.run(line).json("added") == "0", "safe to repeat")
                let again = await other.run("suppressions", "export", "--account", "acme", "--json")
                #expect(again.output.contains("\"source\":\"=asked\""))
                // Whoever comes back with an import is not mailed.
                let contacts = other.file("c.csv", "email\nnobody@example.org\n")
                await other.run("contacts", "import", contacts, "--account", "acme", "--list", "news")
                let shown = await other.run("contacts", "show", "nobody@example.org", "--account", "acme", "--json")
                #expect(shown.output.contains("\"scope\":\"all\",\"list\":null"))
            }
        }
    }

    @Test func `rows that cannot be used are named with their line, all others are stored`() async throws {
        try await Tool.with { tool in
            let file = tool.file(
                "s.csv",
                """
                email,scope,list,reason
                ada@example.org,,,
                not an address,,,
                bob@example.org,everything,,
                carl@example.org,list,other,
                dora@example.org,all,,complaint
                ,,,
                """ + "\n"
            )
            let outcome = await tool.run(
                "suppressions",
                "import",
                file,
                "--account",
                "acme",
                "--reason",
                "from the old system"
            )
            #expect(outcome.status == 0, "\(outcome.errors)")
            for line in [3, 4, 5] { #expect(outcome.errors.contains("s.csv:\(line): ")) }
            let stored = try await tool.sql("SELECT scope || '/' || reason FROM suppressions ORDER BY scope DESC")
            #expect(stored == ["1/3", "0/2"])
            #expect(tool.text(of: "\(file).rejects.csv")?.contains("must be one of all, marketing, list") == true)
        }
    }

    @Test func `an import recalls what is queued`() async throws {
        try await Tool.with { tool in
            await Self.stage(tool)
            try await tool.execute(
                """
                INSERT INTO campaigns (account_id, list_id, name, kind, state) VALUES (1, 1, 'm', 0, 2);
                INSERT INTO deliveries (campaign_id, seq, account_id, contact_id, list_id, lane_id)
                SELECT 1, contact_id, 1, contact_id, 1, 1 FROM contacts;
                """
            )
            let file = tool.file("s.csv", "address\nbob@example.org\n")
            let outcome = await tool.run(
                "suppressions",
                "import",
                file,
                "--account",
                "acme",
                "--reason",
                "x",
                "--json"
            )
            #expect(outcome.json("recalled") == "1")
            let states = try await tool.sql("SELECT state::text FROM deliveries ORDER BY seq")
            #expect(states == ["0", "5"])
        }
    }

    @Test func `a block of the service is apart from what accounts know`() async throws {
        try await Tool.with { tool in
            await Self.stage(tool)
            let line = ["block", "add", "BOB@example.org", "--reason", "phishing", "--json"]
            #expect(await tool.run(line).json("new") == "true")
            #expect(await tool.run(line).json("new") == "false")
            #expect(await tool.run("block", "list", "--json").json("reason") == "phishing")
            #expect(try await tool.sql("SELECT count(*)::text FROM suppressions") == ["3"])
            let removed = await tool.run("block", "remove", "bob@example.org", "--reason", "a mistake")
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(await tool.run("block", "remove", "bob@example.org", "--reason", "again").status == 65)
            let audited = try await tool.sql("SELECT action FROM audit WHERE action LIKE 'block%' ORDER BY audit_id")
            #expect(audited == ["block.add", "block.add", "block.remove"])
        }
    }

    @Test func `an account's rules are shown, changed with a reason, and kept in order`() async throws {
        try await Tool.with { tool in
            let shown = await tool.run("account", "rules", "acme", "--json")
            #expect(shown.json("soft_bounces") == "3" && shown.json("complaints_pause_percent") == "0.3")
            #expect(await tool.run("account", "rules", "acme", "--soft-bounces", "5").status == 64, "no reason")
            let changed = await tool.run(
                "account",
                "rules",
                "acme",
                "--soft-bounces",
                "5",
                "--complaints-pause",
                "0.5",
                "--reason",
                "agreed",
                "--json"
            )
            #expect(changed.json("soft_bounces") == "5" && changed.json("complaints_pause_percent") == "0.5")
            let wrong = await tool.run("account", "rules", "acme", "--complaints-warn", "0.6", "--reason", "x")
            #expect(wrong.status == 64 && wrong.errors.contains("must not be above --complaints-pause"))
            let account = await tool.run("account", "show", "acme")
            #expect(account.output.contains("complaints    0 of 0 in 30 days: 0.0 %"))
            #expect(account.output.contains("5 soft bounces in 30 days suppress"))
        }
    }

    @Test func `a report names what came back, by reason and provider`() async throws {
        try await Tool.withFixture { tool in
            try await tool.execute(
                """
                INSERT INTO bounces (account_id, campaign_id, seq, attempt, kind, detail, source_hash, contact_id, lane_id,
                    reason, consequence)
                SELECT 1, 1, seq, 1, CASE seq WHEN 5 THEN 2 ELSE 1 END, '', convert_to(seq::text, 'UTF8'), contact_id, 1,
                    CASE seq WHEN 5 THEN 0 ELSE 1 END, CASE seq WHEN 5 THEN 0 ELSE 1 END
                FROM deliveries WHERE campaign_id = 1 AND seq IN (4, 5, 6);
                INSERT INTO brakes VALUES (1, 1, 0, now(), now() + interval '10 minutes', 25);
                """
            )
            let report = await tool.run("campaign", "report", "1")
            #expect(report.output.contains("returned: 2 bounces, 1 complaints (100.0 %), 0 opt-outs by mail"))
            #expect(report.output.contains("WARNING"), "one of one is a rate, and no reason to stop")
            #expect(report.output.contains("mailbox-unknown  hard   default  example.org  2"))
            #expect(report.output.contains("lane default is throttled until"))
            let json = await tool.run("campaign", "report", "1", "--json")
            #expect(json.json("complaints_verdict") == "warn" && json.json("bounced") == "2")
            #expect(json.output.contains(#""reason":"mailbox-unknown","consequence":"hard","lane":"default""#))
            #expect(await tool.run("account", "show", "acme", "--json").json("complaints_least") == "5")
            let released = await tool.run("account", "release", "acme", "--reason", "mended")
            #expect(released.output.contains("released 1"))
        }
    }
}
