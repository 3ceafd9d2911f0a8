import Core
import Database
import DatabaseClient
import Messages
import TestKit
import Testing

@testable import Admin
@testable import Service

/// What a start looks at before it asks for anything.
@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct CampaignStartTests {
    private static func create(_ tool: Tool, subject: String = "Hello", html: String) async {
        tool.file("c/campaign.yaml", CampaignTests.yaml)
        tool.file("c/subject.mustache", subject)
        tool.file("c/body.html.mustache", html)
        await tool.run("campaign", "create", "\(tool.folder)/c", "--account", "acme", "--list", "news")
    }

    /// 500 people, of whom 329 have no name.
    private static func fill(_ tool: Tool) async {
        let rows = (1...500).map { "c\($0)@example.org,\($0 <= 171 ? "N\($0)" : "")\n" }.joined()
        await tool.run(
            "contacts",
            "import",
            tool.file("c.csv", "email,name\n" + rows),
            "--account",
            "acme",
            "--list",
            "news"
        )
    }

    private static func state(_ tool: Tool) async throws -> [String] {
        try await tool.sql("SELECT state::text FROM campaigns")
    }

    @Test func `what the check refuses is not started, unless it is asked for anyway`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool)
            await Self.create(tool, html: "<p>Salve {{name}}</p>")
            for when in [[], ["--at", "2040-01-01T10:00:00Z"]] {
                let refused = await tool.run(["campaign", "start", "1"] + when)
                #expect(refused.status == 65)
                #expect(
                    refused.errors.contains(#"field "name" is missing for 329 of 500 recipients, such as contact"#),
                    "\(refused.errors)"
                )
                #expect(refused.errors.contains("--anyway") && refused.errors.contains("veredus campaign check 1"))
                #expect(try await Self.state(tool) == ["0"])
            }
            let started = await tool.run("campaign", "start", "1", "--anyway", "--json")
            #expect(started.status == 0, "\(started.errors)")
            #expect(
                started.output.contains(#""problems":["field \"name\" is missing for 329 of 500"#),
                "\(started.output)"
            )
            #expect(try await Self.state(tool) == ["1"])
            let log = try await tool.sql("SELECT reason FROM audit WHERE action = 'campaign.start'")
            #expect(log.count == 1 && log[0].contains("anyway: field \"name\" is missing for 329 of 500"), "\(log)")
        }
    }

    @Test func `messages that cannot be made, and a list of which everybody has opted out, are said before the start`()
        async throws
    {
        try await Tool.with { tool in
            await Self.fill(tool)
            await Self.create(tool, html: "<p>Hello</p>")
            await tool.run("suppressions", "add", "c1@example.org", "--account", "acme", "--reason", "x")
            #expect(await tool.run("campaign", "start", "1").status == 0, "one of 500 has opted out")
            await tool.run("campaign", "unschedule", "1")
            _ = try await tool.sql(
                "INSERT INTO suppressions SELECT account_id, 1, address_hash, 0, 0, 0 FROM contacts ON CONFLICT DO NOTHING RETURNING '1'"
            )
            let nobody = await tool.run("campaign", "start", "1")
            #expect(nobody.status == 65)
            #expect(
                nobody.errors.contains("there is no message to send: all of 500 recipients have opted out"),
                "\(nobody.errors)"
            )
            _ = try await tool.sql("DELETE FROM suppressions RETURNING '1'")
            _ = try await tool.sql("UPDATE contacts SET address = 'broken' WHERE contact_id = 7 RETURNING '1'")
            let broken = await tool.run("campaign", "start", "1")
            #expect(broken.status == 65)
            #expect(
                broken.errors.contains("1 of 500 messages cannot be made, such as that to contact 7"),
                "\(broken.errors)"
            )
            // The template as somebody else may have stored it.
            _ = try await tool.sql("UPDATE campaign_versions SET html = '{{#a}}' RETURNING '1'")
            let template = await tool.run("campaign", "start", "1")
            #expect(template.errors.contains("its message cannot be made: body.html.mustache"), "\(template.errors)")
            _ = try await tool.sql("UPDATE contacts SET status = \(ContactStatus.erased.rawValue) RETURNING '1'")
            #expect(await tool.run("campaign", "start", "1", "--anyway").status == 0)
        }
    }

    @Test func `of a long list pages from its beginning to its end are looked at, and no recipient twice`() async throws
    {
        try await Tool.with { tool in
            await Self.create(tool, html: "<p>Salve {{name}}</p>")
            // Numbers with holes; those who came last have no name.
            _ = try await tool.sql(
                """
                WITH made AS (
                    INSERT INTO contacts (account_id, address, address_key, address_rule, address_hash, hash_key, domain, attributes)
                    SELECT 1, a, a, 1, sha256(convert_to(a, 'UTF8')), 1, 'example.org',
                           CASE WHEN n > 2970 THEN '{}' ELSE '{"name": "N"}' END::jsonb
                    FROM generate_series(1, 3000) AS n, LATERAL (SELECT 'c' || n || '@example.org') AS t(a)
                    RETURNING contact_id
                )
                INSERT INTO list_members (list_id, contact_id, account_id, source)
                SELECT 1, contact_id, 1, 'test' FROM made WHERE contact_id % 7 <> 0 RETURNING '1'
                """
            )
            let pool = PostgresPool(settings: tool.database.settings(role: .admin), name: "check", size: 1)
            let database = AccountDatabase(pool: pool, actor: "test")
            let message = try #require(try await database.message(of: 1, account: 1))
            let secret = [UInt8](repeating: 1, count: 32)
            let run = DryRun(
                database: database,
                message: message,
                template: try MessageTemplate(message, installation: CampaignDraft.anyInstallation),
                keys: try KeyRing(
                    keys: [TokenKey(id: 1, secret: secret)],
                    signing: 1,
                    identity: AddressHashKey(secret: secret)
                )
            )
            let sample = try await run.run(.sample(limit: 1_000, time: .seconds(600)))
            #expect(sample.recipients == 1_000 && sample.audience == 2_572 && !sample.isComplete)
            #expect(sample.missing["name"]?.count == 26, "each of those that came last, once: \(sample.missing)")
            let short = try await run.run(.sample(limit: 2_580, time: .seconds(600)))
            #expect(short.recipients == 2_572 && short.isComplete, "it fits")
            let late = try await run.run(.sample(limit: 1_000, time: .zero))
            #expect(late.recipients == 0 && late.audience == 2_572 && !late.isComplete)
            await pool.close()
        }
    }

    /// Sizes of lists, and where their pages begin.
    static let pages: [(size: AudienceSize, starts: [ContactID]?, because: Comment)] = [
        (AudienceSize(first: 0, last: 0, count: 0), nil, "an empty list"),
        (AudienceSize(first: 5, last: 4_000_000, count: 10_000), nil, "a short one is read from end to end"),
        (
            AudienceSize(first: 1, last: 20_000, count: 10_001), (0..<19).map { $0 * 1_000 } + [19_001],
            "a long one in pages of 500 that are spread, the last one at its end"
        ),
    ]

    @Test(arguments: pages)
    func `pages begin where the list has recipients`(row: (size: AudienceSize, starts: [ContactID]?, because: Comment))
    {
        var pages = Pages(row.size, limit: 10_000)
        #expect(pages.areSpread == (row.starts != nil), row.because)
        guard let starts = row.starts else {
            #expect(pages.next() == 0, row.because)
            pages.last = 499
            #expect(pages.next() == 499, row.because)
            return
        }
        #expect(pages.next() == starts[0], row.because)
        // A page that reached beyond the next one's beginning is not read twice.
        pages.last = 1_700
        #expect(pages.next() == 1_700, row.because)
        #expect(pages.next() == starts[2], row.because)
        for start in starts[3...] { #expect(pages.next() == start, row.because) }
        #expect(pages.next() == nil, row.because)
    }

    @Test func `a scheduled campaign can be changed, but not so that it would fail at its time`() async throws {
        try await Tool.with { tool in
            await CampaignTests.fill(tool)
            await CampaignTests.create(tool, CampaignTests.folder(tool))
            #expect(await tool.run("campaign", "start", "1", "--at", "2040-01-01T10:00:00Z").status == 0)
            let update = await tool.run(
                "campaign",
                "update",
                "1",
                CampaignTests.folder(tool, html: "<p>Ave {{name}}</p>"),
                "--json"
            )
            #expect(update.json("version") == "2", "\(update.errors)")
            let wrong = await tool.run("campaign", "update", "1", CampaignTests.folder(tool, html: "<p>{{nmae}}</p>"))
            #expect(wrong.status == 65)
            #expect(wrong.errors.contains(#"field "nmae" is missing for 2 of 2 recipients"#), "\(wrong.errors)")
            #expect(wrong.errors.contains("veredus campaign unschedule 1"))
            #expect(
                try await tool.sql(
                    "SELECT max(v.version) || ' ' || c.state FROM campaigns c JOIN campaign_versions v USING (campaign_id) GROUP BY c.state"
                ) == ["2 7"]
            )
            _ = try await tool.sql("UPDATE campaigns SET state = \(CampaignState.starting.rawValue) RETURNING '1'")
            let late = await tool.run("campaign", "update", "1", CampaignTests.folder(tool))
            #expect(late.status == 65)
            #expect(late.errors.contains("only a draft or a scheduled campaign can be changed"), "\(late.errors)")
        }
    }
}
