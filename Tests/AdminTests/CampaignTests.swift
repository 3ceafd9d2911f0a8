import Core
import Database
import DatabaseClient
import MailSimulator
import Messages
import Templates
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable)) struct CampaignTests {
    static let yaml = """
        name: Fresh horses
        from:
          name: The stables
          address: stables@veredus.example
        """

    @discardableResult
    static func folder(
        _ tool: Tool,
        yaml: String = yaml,
        subject: String = "{{name}}, a horse\n",
        html: String = "<p>Salve {{name}}</p>",
        named name: String = "campaign"
    ) -> String {
        tool.file("\(name)/campaign.yaml", yaml)
        tool.file("\(name)/subject.mustache", subject)
        tool.file("\(name)/body.html.mustache", html)
        return "\(tool.folder)/\(name)"
    }

    @discardableResult
    static func create(_ tool: Tool, _ folder: String) async -> Tool.Outcome {
        await tool.run("campaign", "create", folder, "--account", "acme", "--list", "news", "--json")
    }

    static func fill(_ tool: Tool, _ rows: String = "a@example.org,Ann\nb@example.org,Bob\n") async {
        await tool.run(
            "contacts",
            "import",
            tool.file("c.csv", "email,name\n\(rows)"),
            "--account",
            "acme",
            "--list",
            "news"
        )
    }

    @Test func `a folder becomes a campaign, and what a worker reads of it is what was written`() async throws {
        try await Tool.with { tool in
            let folder = Self.folder(
                tool,
                yaml: Self.yaml
                    + "\nreply_to: answers@veredus.example\nkind: transactional\ntracking: none\nlanguage: de\n"
                    + "lifetime: 2 weeks\ndefaults:\n  name: Freund\n  zip: 01234\n  age: 7\n  is_new: true\n  nothing:\n"
            )
            tool.file("campaign/partials/footer.mustache", "Bye {{name}}")
            tool.file("campaign/body.txt.mustache", "Salve {{name}}. {{> footer}}")
            let made = await Self.create(tool, folder)
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.json("campaign") == "1")
            let row = try await tool.sql(
                "SELECT name || '|' || kind || '|' || policy || '|' || tracking || '|' || lifetime || '|' || state FROM campaigns"
            )
            #expect(row == ["Fresh horses|1|1|0|14 days|0"], "a transactional campaign forgets nobody by default")
            let stored = try await tool.sql("SELECT settings::text FROM campaign_versions")
            let settings = try CampaignSettings(json: Array(stored.joined().utf8))
            #expect(settings.fromAddress.string == "stables@veredus.example")
            #expect(settings.replyTo?.string == "answers@veredus.example")
            #expect(settings.language == .de)
            #expect(settings.partials == ["footer": "Bye {{name}}"])
            #expect(settings.defaults.field("name") == "Freund")
            #expect(settings.defaults.field("zip") == "01234", "a postcode keeps its zero")
            #expect(settings.defaults.field("age") == .number("7"))
            #expect(settings.defaults.field("is_new") == true)
            #expect(settings.defaults.field("nothing") == .null)
            let subject = try await tool.sql("SELECT subject FROM campaign_versions")
            #expect(subject == ["{{name}}, a horse"], "the file's line end is no part of it")
        }
    }

    static let wrong: [(yaml: String, says: String, because: Comment)] = [
        (yaml + "\ncolour: red", "campaign.yaml:5: unknown key colour", "a misspelt key would have no effect"),
        (yaml + "\npolicy: exactly-once", ":5: policy: must be one of at-most-once, at-least-once", "no such policy"),
        (yaml + "\ntracking: all", ":5: tracking: must be one of none, aggregate, individual", "no such mode"),
        (yaml + "\nkind: spam", ":5: kind: must be one of", "no such kind"),
        (yaml + "\nlanguage: la", ":5: language: must be one of", "no such language"),
        (yaml + "\nlifetime: 3", "lifetime: must be a number and", "three what?"),
        (yaml + "\nlifetime: 61 days", "60 days at most", "jobs must not wait for months"),
        (yaml + "\nreply_to: nobody", "reply_to: \"nobody\" is not an address", "no address"),
        (yaml + "\nreply_to: a@b.example, c@d.example", "Write one address alone, without a name", "two addresses"),
        (yaml + "\nreply_to: \"Ann, Lee <a@b.example>\"", "Write one address alone, without a name", "a name"),
        (yaml + "\ndefaults: x", "defaults: must have FIELD: VALUE", "no object"),
        (yaml + "\ndefaults:\n  x: 4111 1111 1111 1111", "payment card number", "P8"),
        (yaml + "\ndefaults:\n  x: \"4111 1111 1111 1111\"", "payment card number", "P8, in quotes too"),
        ("name: x\nfrom:\n  address: a@b.example\n  mail: x", "unknown key from.mail", "a misspelt key below from"),
        ("name: x", "from is missing", "nobody sends it"),
        ("from:\n  address: a@b.example", "name is missing", "it has no name"),
        ("- name", "must be lines KEY: VALUE", "a list"),
        ("name: [", "line ", "no YAML"),
        ("", "is empty", "nothing"),
        ("name: \"a\\nb\"\nfrom:\n  address: a@b.example", "line break", "it becomes a header field"),
    ]

    @Test func `a wrong campaign.yaml is refused with its line`() async throws {
        try await Tool.with { tool in
            for row in Self.wrong {
                let outcome = await Self.create(tool, Self.folder(tool, yaml: row.yaml))
                #expect(outcome.status == 65, row.because)
                #expect(outcome.errors.contains(row.says), "\(row.because): \(outcome.errors)")
            }
            let several = await Self.create(tool, Self.folder(tool, yaml: "name: x\npolicy: y\nkind: z\n"))
            #expect(several.errors.contains("policy:"))
            #expect(several.errors.contains("kind:"), "all problems come at once")
            let stored = try await tool.sql("SELECT count(*)::text FROM campaigns")
            #expect(stored == ["0"])
        }
    }

    @Test func `a wrong folder or template is refused with its file and line`() async throws {
        try await Tool.with { tool in
            let broken = await Self.create(tool, Self.folder(tool, html: "<p>\n{{#a}}</p>"))
            #expect(broken.status == 65)
            #expect(broken.errors.contains("body.html.mustache:2:"), "\(broken.errors)")
            #expect(await Self.create(tool, Self.folder(tool, subject: "\n")).errors.contains("write a subject"))
            #expect(await Self.create(tool, "/none").status == 66)
            let folder = Self.folder(tool, named: "stray")
            tool.file("stray/body.text.mustache", "misspelt")
            #expect(await Self.create(tool, folder).errors.contains("body.text.mustache: templates are named"))
            tool.file("half/campaign.yaml", Self.yaml)
            let half = await Self.create(tool, "\(tool.folder)/half")
            #expect(half.status == 66)
            #expect(half.errors.contains("subject.mustache: No such file"))
        }
    }

    static let requests: [(state: Int, request: String, after: Int?, because: Comment)] = [
        (0, "start", 1, "a draft starts"), (1, "start", 1, "one that waits for its time gets another"),
        (2, "start", nil, "it runs"), (6, "start", nil, "it is over"),
        (0, "pause", nil, "nothing to pause"), (1, "pause", nil, "not frozen yet"),
        (2, "pause", 3, "a running one pauses"), (3, "pause", nil, "it is paused"),
        (3, "resume", 2, "a paused one goes on"), (2, "resume", nil, "it runs"), (5, "resume", nil, "it was cancelled"),
        (1, "cancel", 4, "before the freeze"), (2, "cancel", 4, "while it runs"),
        (3, "cancel", 4, "while it is paused"),
        (0, "cancel", nil, "a draft sends nothing"), (4, "cancel", nil, "it is being cancelled"),
        (6, "cancel", nil, "it is over"),
        (7, "start", 1, "now, and not at its time"), (7, "pause", nil, "nothing to pause"),
        (7, "cancel", 4, "for good"), (7, "unschedule", 0, "a draft again"),
        (1, "unschedule", 0, "no producer has taken it"), (0, "unschedule", nil, "it has no time"),
        (2, "unschedule", nil, "it runs"),
    ]

    @Test func `a request is taken where it makes sense, and elsewhere says what is possible`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool)
            await Self.create(tool, Self.folder(tool))
            for row in Self.requests {
                _ = try await tool.sql("UPDATE campaigns SET state = \(row.state) RETURNING '1'")
                let outcome = await tool.run("campaign", row.request, "1", "--json")
                let state = try await tool.sql("SELECT state::text FROM campaigns")
                #expect(state == ["\(row.after ?? row.state)"], row.because)
                #expect(outcome.status == (row.after == nil ? 65 : 0), row.because)
                guard row.after == nil else { continue }
                let name = CampaignState(rawValue: Int16(row.state))?.name ?? "?"
                #expect(outcome.errors.contains("campaign 1 is \(name); to \(row.request) it, it must be"), row.because)
            }
            _ = try await tool.sql("UPDATE campaigns SET state = \(CampaignState.running.rawValue) RETURNING '1'")
            #expect(await tool.run("campaign", "start", "1").errors.contains("Possible now: pause, cancel"))
        }
    }

    @Test func `a start asks for a moment, and refuses an empty list`() async throws {
        try await Tool.with { tool in
            await Self.create(tool, Self.folder(tool))
            let empty = await tool.run("campaign", "start", "1")
            #expect(empty.status == 65)
            #expect(empty.errors.contains("has no subscribers"))
            await Self.fill(tool)
            #expect(await tool.run("campaign", "start", "1", "--at", "tomorrow").status == 64)
            let started = await tool.run("campaign", "start", "1", "--at", "2040-01-01T10:00:00+01:00", "--json")
            #expect(started.json("start_at") == "2040-01-01T09:00:00Z")
            let row = try await tool.sql("SELECT state || ' ' || to_char(start_at, 'YYYY-MM-DD HH24') FROM campaigns")
            #expect(row == ["7 2040-01-01 09"])
            #expect(started.json("state") == "scheduled")
            #expect(await tool.run("campaign", "list").output.contains("scheduled for 2040-01-01T09:00:00Z"))
            #expect(await tool.run("campaign", "report", "1").output.contains("starts 2040-01-01T09:00:00Z"))
            let pause = await tool.run("campaign", "pause", "1")
            #expect(pause.errors.contains("Possible now: start, cancel, unschedule"), "\(pause.errors)")
            #expect(await tool.run("campaign", "unschedule", "1").output == "campaign 1 is draft\n")
            #expect(try await tool.sql("SELECT start_at::text FROM campaigns") == ["NULL"])
        }
    }

    @Test func `an update is a new version of a draft`() async throws {
        try await Tool.with { tool in
            await Self.create(tool, Self.folder(tool))
            let update = await tool.run("campaign", "update", "1", Self.folder(tool, html: "<p>New</p>"), "--json")
            #expect(update.json("version") == "2")
            let html = try await tool.sql("SELECT html FROM campaign_versions ORDER BY version")
            #expect(html == ["<p>Salve {{name}}</p>", "<p>New</p>"])
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `pause waits for a claim that is under way`() async throws {
        try await Tool.with { tool in
            await Self.create(tool, Self.folder(tool))
            _ = try await tool.sql("UPDATE campaigns SET state = \(CampaignState.running.rawValue) RETURNING '1'")
            let claim = try await tool.database.connect(name: "claim")
            try await claim.execute("BEGIN; SELECT pg_advisory_xact_lock_shared(\(AdvisoryLock.campaign.sql), 1)")
            async let pause = tool.run("campaign", "pause", "1")
            // Until the pause stands in line for the lock.
            try await tool.wait(
                for: """
                    SELECT count(*) > 0 FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event = 'advisory'
                    """
            )
            let meanwhile = try await tool.sql("SELECT state::text FROM campaigns")
            #expect(meanwhile == ["2"])
            try await claim.execute("COMMIT")
            #expect(await pause.status == 0)
            let after = try await tool.sql("SELECT state::text FROM campaigns")
            #expect(after == ["3"])
            await claim.close()
        }
    }

    @Test func `a check renders everybody and names what is missing`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool, "a@example.org,Ann\nb@example.org,\nc@example.org,\n")
            await Self.create(tool, Self.folder(tool))
            let failed = await tool.run("campaign", "check", "1", "--json", "--rate", "2")
            #expect(failed.status == 65)
            #expect(failed.json("recipients") == "3")
            #expect(failed.output.contains(#""missing":[{"field":"name","count":2,"example_contact":2}]"#))
            #expect(failed.json("seconds") == "1.5")
            await tool.run(
                "campaign",
                "update",
                "1",
                Self.folder(tool, yaml: Self.yaml + "\ndefaults:\n  name: friend")
            )
            await tool.run("suppressions", "add", "c@example.org", "--account", "acme", "--reason", "x")
            let clean = await tool.run("campaign", "check", "1", "--json")
            #expect(clean.status == 0, "\(clean.errors)")
            #expect(clean.json("clean") == "true")
            #expect(clean.json("suppressed") == "1")
            #expect(Int(clean.json("longest_line") ?? "") ?? 999 <= 998)
            #expect(await tool.run("campaign", "check", "1").output.contains("all messages can be rendered"))
        }
    }

    @Test func `a test message goes over the real route and belongs to nobody`() async throws {
        try await Tool.with { tool in
            await Self.fill(tool)
            await Self.create(tool, Self.folder(tool))
            var configuration = MailSimulator.Configuration()
            configuration.keepsContentOfFirst = 10
            let simulator = try await MailSimulator.start(configuration)
            let route: [String: String?] = ["VEREDUS_SMTP_URL": "smtp://127.0.0.1:\(simulator.port)"]
            let sent = await tool.run(["campaign", "send-test", "1", "me@example.net", "--json"], setting: route)
            #expect(sent.status == 0, "\(sent.errors)")
            #expect(sent.json("accepted") == "true")
            let other = await tool.run(
                ["campaign", "send-test", "1", "me@example.net", "--as", "b@example.org"],
                setting: route
            )
            #expect(other.status == 0, "\(other.errors)")
            try await simulator.waitForAccepted(count: 2)
            let messages = simulator.accepted
            let texts = messages.map { String(decoding: $0.content ?? [], as: UTF8.self) }
            #expect(messages.map(\.recipient) == ["me@example.net", "me@example.net"])
            #expect(texts[0].contains("Subject: Ann, a horse"))
            #expect(texts[1].contains("Subject: Bob, a horse"))
            #expect(
                texts.allSatisfy { !$0.contains("t.example/o/") && !$0.contains("t.example/c/") },
                "nothing is counted"
            )
            #expect(
                texts.allSatisfy { $0.contains("t.example/u/") },
                "the unsubscribe link leads to a page about tests"
            )
            let refused = await tool.run(
                ["campaign", "send-test", "1", "reject-550-5.1.1@example.net"],
                setting: route
            )
            #expect(refused.status == 65)
            #expect(refused.errors.contains("550"))
            try await simulator.stop()
            let down = await tool.run(["campaign", "send-test", "1", "me@example.net"], setting: route)
            #expect(down.status == 69)
            let state = try await tool.sql("SELECT state || ' ' || audience FROM campaigns")
            #expect(state == ["0 0"], "the campaign does not change")
        }
    }

    @Test func `the report adds up the counters and says whether they balance`() async throws {
        try await Tool.with { tool in
            await Self.create(tool, Self.folder(tool))
            _ = try await tool.sql(
                """
                WITH counted AS (
                    INSERT INTO counters (campaign_id, lane_id, writer, pending, accepted, failed)
                    VALUES (1, 1, 0, 10, 0, 0), (1, 1, 7, -9, 8, 1)
                ), replied AS (
                    INSERT INTO replies (campaign_id, seq, account_id, attempt, judgement, step, code, reply)
                    VALUES (1, 1, 1, 1, 2, 6, 550, 'no')
                )
                UPDATE campaigns SET state = \(CampaignState.running.rawValue), audience = 10, started_at = now() RETURNING '1'
                """
            )
            let report = await tool.run("campaign", "report", "1", "--json")
            #expect(report.json("audience") == "10")
            #expect(report.json("pending") == "1")
            #expect(report.json("accepted") == "8")
            #expect(report.json("failed") == "1")
            #expect(report.json("balanced") == "true")
            #expect(report.output.contains(#""replies":[{"code":550,"judgement":"never","count":1,"words":"no"}]"#))
            #expect(await tool.run("campaign", "list", "--json").json("accepted") == "8")
            _ = try await tool.sql("UPDATE campaigns SET audience = 11 RETURNING '1'")
            #expect(await tool.run("campaign", "report", "1", "--json").json("balanced") == "false")
            #expect(await tool.run("campaign", "report", "1").output.contains("NOT balanced"))
        }
    }
}
