import Core
import Database
import DatabaseClient
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct DeadLettersTests {
    @Test func `they are listed by cause, numbers blanked, and one is shown whole`() async throws {
        try await Tool.withFixture { tool in
            let list = await tool.run("dead-letters", "list")
            #expect(list.status == 0, "\(list.errors)")
            let lines = list.output.split(separator: "\n").map {
                $0.split(separator: " ").prefix(3).joined(separator: " ")
            }
            #expect(
                lines == [
                    "COUNT REASON ACCOUNT", "3 render-error acme", "1 render-error other", "1 too-new none",
                    "1 undecodable none", "1 poison acme",
                ]
            )
            #expect(list.output.contains("line #: the field name is missing"))
            let ours = await tool.run("dead-letters", "list", "--account", "acme", "--json")
            #expect(ours.json("count") == "3")
            #expect(ours.json("example") == "4")
            #expect(!ours.output.contains("other"))
            let campaign = await tool.run("dead-letters", "list", "--campaign", "2", "--json")
            #expect(campaign.json("account") == "other")

            let shown = await tool.run("dead-letters", "show", "3", "--json")
            #expect(shown.json("reason") == "poison")
            #expect(shown.json("state") == "dead")
            #expect(shown.json("job_message") == "v1 1 1 3")
            let unreadable = await tool.run("dead-letters", "show", "5")
            #expect(unreadable.output.contains("in hexadecimal 00ff"))
            #expect(await tool.run("dead-letters", "show", "99").status == 65)
            try await tool.expectFixture(Tool.untouched)
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let because: Comment
        /// Done as superuser before.
        var before = "SELECT 1"
        let arguments: [String]
        var status: Int32 = 0
        let says: [String: String]
        let after: [String]

        var testDescription: String { because.rawValue }
    }

    static let cases: [Case] = [
        Case(
            because: "one by its number, and the message that names the same recipient waits on",
            arguments: ["2"],
            says: ["sent_again": "1", "duplicates": "0"],
            after: ["1:1=9/0 1:2=0/1 1:3=9/0 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "- 0 - - - - -", "2! 6"]
        ),
        Case(
            because: "a cause, in every account; one recipient once, however many messages it has",
            arguments: ["--cause", "render-error"],
            says: ["messages": "4", "sent_again": "3", "duplicates": "1"],
            after: ["1:1=0/1 1:2=0/1 1:3=9/0 1:4=6/0 1:5=3/0 1:6=4/0 2:1=0/1", "0 0 - 0 - - 0", "2! 2!"]
        ),
        Case(
            because: "a campaign, whatever the cause",
            arguments: ["--campaign", "1"],
            says: ["sent_again": "3", "duplicates": "1"],
            after: ["1:1=0/1 1:2=0/1 1:3=0/1 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "0 0 0 0 - - -", "2! 6"]
        ),
        Case(
            because: "who has opted out meanwhile is not mailed",
            before: "INSERT INTO suppressions SELECT 1, 1, address_hash, 0, 0, 0 FROM contacts WHERE contact_id = 2",
            arguments: ["--campaign", "1"],
            says: ["sent_again": "2", "opted_out": "1"],
            after: ["1:1=0/1 1:2=5/0 1:3=0/1 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "0 1 0 0 - - -", "2! 6"]
        ),
        Case(
            because: "who has a copy by now gets none more",
            before: "UPDATE deliveries SET state = 3, code = 250 WHERE campaign_id = 1 AND seq = 3",
            arguments: ["3"],
            says: ["sent_again": "0", "final_already": "1"],
            after: ["1:1=9/0 1:2=9/0 1:3=3/0 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "- - 2 - - - -", "6 6"]
        ),
        Case(
            because: "an expired campaign is left alone",
            before: "UPDATE campaigns SET expires_at = now() - interval '1 hour' WHERE campaign_id = 1",
            arguments: ["--cause", "render-error"],
            says: ["sent_again": "1", "expired": "3", "duplicates": "0"],
            after: ["1:1=9/0 1:2=9/0 1:3=9/0 1:4=6/0 1:5=3/0 1:6=4/0 2:1=0/1", "- - - - - - 0", "6 2!"]
        ),
        Case(
            because: "and is sent when that is asked for",
            before: "UPDATE campaigns SET expires_at = now() - interval '1 hour' WHERE campaign_id = 1",
            arguments: ["3", "--even-if-expired"],
            says: ["sent_again": "1"],
            after: ["1:1=9/0 1:2=9/0 1:3=0/1 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "- - 0 - - - -", "2! 6"]
        ),
        Case(
            because: "a cancelled campaign stays cancelled",
            before: "UPDATE campaigns SET state = \(CampaignState.cancelled.rawValue) WHERE campaign_id = 1",
            arguments: ["--campaign", "1"],
            says: ["done": "false", "cancelled": "4"],
            after: [Tool.untouched[0], Tool.untouched[1], "5 6"]
        ),
        Case(
            because: "what no worker can read is refused",
            arguments: ["5"],
            status: 65,
            says: ["done": "false", "unreadable": "1"],
            after: Tool.untouched
        ),
        Case(
            because: "what is settled is not settled again",
            before: "UPDATE dead_letters SET settled_at = now(), settlement = 3 WHERE dead_letter_id = 3",
            arguments: ["3"],
            says: ["messages": "0"],
            after: [Tool.untouched[0], "- - 3 - - - -", "6 6"]
        ),
    ]

    @Test(arguments: cases)
    func `a requeue mails again whom it may, and settles what it decides`(row: Case) async throws {
        try await Tool.withFixture { tool in
            try await tool.execute(row.before)
            let before = try await tool.deskState()
            let line = ["dead-letters", "requeue"] + row.arguments + ["--reason", "mended", "--json"]
            let dry = await tool.run(line)
            #expect(dry.json("done") == "false")
            try await tool.expectFixture(before, "without --yes nothing is changed")
            let outcome = await tool.run(line + ["--yes"])
            #expect(outcome.status == row.status, "\(row.because): \(outcome.errors)")
            for (name, value) in row.says {
                #expect(outcome.json(name) == value, "\(row.because): \(outcome.output)")
                if name != "done" { #expect(dry.json(name) == value, "said before: \(row.because): \(dry.output)") }
            }
            try await tool.expectFixture(row.after, row.because)
            let again = await tool.run(line + ["--yes"])
            #expect(again.json("sent_again") == "0", "safe to repeat")
            try await tool.expectFixture(row.after, "safe to repeat: \(row.because)")
        }
    }

    @Test func `what dies after the plan was shown is not this command's, or it might never end`() async throws {
        try await Tool.withFixture { tool in
            let pool = PostgresPool(settings: tool.database.settings(role: .admin), name: "requeue", size: 1)
            let requeue = Requeue(
                database: AccountDatabase(pool: pool, actor: "test"),
                selection: DeadLetterSelection(reason: .renderError),
                accounts: [1],
                evenIfExpired: false
            )
            let plan = try await requeue.plan()
            try await tool.execute(
                """
                INSERT INTO dead_letters (campaign_id, seq, account_id, reason, detail, worker, queue, envelope)
                VALUES (1, 3, 1, 3, 'line 9: the field name is missing', 'w', 'jobs.default', 'v1 1 1 3')
                """
            )
            let done = try await requeue.run(plan, reason: "mended", publisher: nil)
            #expect(done[.sentAgain] == 2)
            try await tool.expectFixture(
                ["1:1=0/1 1:2=0/1 1:3=9/0 1:4=6/0 1:5=3/0 1:6=4/0 2:1=9/0", "0 0 - 0 - - - -", "2! 6"]
            )
            await pool.close()
        }
    }

    @Test func `a message that should go back to its queue waits on while there is no broker`() async throws {
        try await Tool.withFixture { tool in
            let outcome = await tool.run("dead-letters", "requeue", "6", "--reason", "new workers", "--yes")
            #expect(outcome.status == 69, "\(outcome.errors)")
            #expect(outcome.output.contains("back to their queue"))
            try await tool.expectFixture(Tool.untouched)
        }
    }

    @Test func `a discard settles and leaves the recipient dead`() async throws {
        try await Tool.withFixture { tool in
            let line = ["dead-letters", "discard", "1", "5", "--reason", "a test's", "--json"]
            #expect(await tool.run(line).json("done") == "false")
            try await tool.expectFixture(Tool.untouched)
            let outcome = await tool.run(line + ["--yes"])
            #expect(outcome.json("messages") == "2", "\(outcome.errors)")
            try await tool.expectFixture([Tool.untouched[0], "3 - - - 3 - -", "6 6"])
            let audited = try await tool.sql(
                "SELECT COALESCE(account_id::text, 'none') || ' ' || subject || ' ' || reason FROM audit "
                    + "WHERE action = 'dead-letters.discarded' ORDER BY 1"
            )
            #expect(audited == ["1 dead letter 1 a test's", "none dead letter 5 a test's"])
            #expect(await tool.run(line + ["--yes"]).json("messages") == "0", "safe to repeat")
        }
    }

    @Test func `a person at the terminal is asked, and only yes is a yes`() async throws {
        try await Tool.withFixture { tool in
            let line = ["dead-letters", "discard", "1", "--reason", "x"]
            let no = await tool.run(line, answering: false)
            #expect(no.errors.contains("nothing was changed"))
            try await tool.expectFixture(Tool.untouched)
            #expect(await tool.run(line, answering: true).output.contains("discarded 1"))
        }
    }

    static let refused: [(arguments: [String], because: Comment)] = [
        (["requeue", "1"], "a reason is needed"),
        (["requeue", "1", "--reason", ""], "an empty one is none"),
        (["requeue", "1", "--reason", "4111 1111 1111 1111"], "P8: no card in a note"),
        (["requeue", "--reason", "x"], "which?"),
        (["requeue", "1", "--campaign", "1", "--reason", "x"], "the message, or all of the campaign?"),
        (["requeue", "--cause", "bad-luck", "--reason", "x"], "no such reason"),
        (["discard", "--campaign", "1", "--account", "acme", "--reason", "x"], "a campaign has its account"),
    ]

    @Test func `what is not clear is refused`() async throws {
        try await Tool.withFixture { tool in
            for row in Self.refused {
                let outcome = await tool.run(["dead-letters"] + row.arguments + ["--yes"])
                #expect(outcome.status == 64, "\(row.because): \(outcome.errors)")
            }
            try await tool.expectFixture(Tool.untouched)
        }
    }

    @Test func `the operator's role sees messages without an account, and another account's only when it has set it`()
        async throws
    {
        try await Tool.withFixture { tool in
            let admin = try await tool.database.connect(.admin)
            let seen = Statement("seen", "SELECT count(*) FROM dead_letters")
            #expect(try await admin.rows(seen) { try $0.int64(0) } == [2], "those that could not be read")
            try await admin.execute("SET veredus.account = '2'")
            #expect(try await admin.rows(seen) { try $0.int64(0) } == [3])
            try await admin.execute("UPDATE dead_letters SET settled_at = now(), settlement = 3")
            await admin.close()
            #expect(try await tool.deskState()[1] == "- - - - 3 3 3", "another account's is not even reached")
            let web = try await tool.database.connect(.web)
            #expect(try await web.rows(seen) { try $0.int64(0) } == [0], "none without an account")
            try await web.execute("SET veredus.account = '2'")
            #expect(try await web.rows(seen) { try $0.int64(0) } == [1], "the account's own, to be looked at")
            await #expect(throws: PostgresError.self) {
                try await web.execute("UPDATE dead_letters SET settled_at = now(), settlement = 3")
            }
            await web.close()
        }
    }

    static let comparisons: [(waiting: Int64, total: Int64, queued: Int, says: String, because: Comment)] = [
        (0, 0, 0, "none", "nothing died"),
        (3, 3, 3, "3 need a decision, 3 in the queue. `veredus dead-letters list`", "as it should be"),
        (3, 3, 1, "copies are missing", "the broker was wiped"),
        (0, 3, 3, "Empty it: rabbitmqctl purge_queue dead-letters --vhost mail", "all are settled"),
        (1, 3, 3, "Once none needs a decision", "one waits yet"),
        (0, 3, 4, "restored", "more than there ever were"),
    ]

    @Test(arguments: comparisons)
    func `doctor says what a difference between table and queue means`(
        row: (waiting: Int64, total: Int64, queued: Int, says: String, because: Comment)
    ) {
        let finding = Finding.deadLetters((row.waiting, row.total), queued: row.queued, in: "mail")
        #expect(finding.text.contains(row.says), "\(row.because): \(finding.text)")
        #expect(finding.verdict != .problem, "sending goes on")
    }
}
