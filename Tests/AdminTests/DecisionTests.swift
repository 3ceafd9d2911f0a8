import Database
import DatabaseClient
import TestKit
import Testing

@testable import Admin

/// What an operator decides about a campaign that is over: uncertain recipients, follow-ups, and whether the totals agree.
@Suite(.enabled(if: PrivateDatabase.isAvailable), .timeLimit(.minutes(2))) struct DecisionTests {
    @Test func `uncertain ones are told with step, time and words, and resent only when that is said`() async throws {
        try await Tool.withFixture { tool in
            let line = ["campaign", "resolve-uncertain", "1", "--resend", "--reason", "they wrote to us"]
            let dry = await tool.run(line)
            #expect(dry.status == 0)
            #expect(dry.output.contains("1      dot"), "\(dry.output)")
            #expect(dry.output.contains("worker 1f ended with it in flight"))
            #expect(dry.output.contains("1 would be mailed again; some may get two copies"))
            #expect(dry.errors.contains("nothing was changed; use --yes to apply it"))
            try await tool.expectFixture(Tool.untouched)

            let left = await tool.run(
                "campaign",
                "resolve-uncertain",
                "1",
                "--leave",
                "--reason",
                "too old",
                "--yes",
                "--json"
            )
            #expect(left.json("done") == "true", "\(left.errors)")
            #expect(left.json("words") == "worker 1f ended with it in flight")
            try await tool.expectFixture(Tool.untouched, "the totals go on saying uncertain")
            let audited = try await tool.sql(
                "SELECT subject || '; ' || reason FROM audit WHERE action = 'campaign.leave-uncertain'"
            )
            #expect(audited == ["campaign 1, 1 uncertain: seq 4; too old"])

            let done = await tool.run(line + ["--yes", "--json"])
            #expect(done.json("reopened") == "1", "\(done.errors)")
            #expect(try await tool.deskState()[0].contains("1:4=0/1"))
            #expect(try await tool.deskState()[2] == "2! 6")
            #expect(await tool.run(line + ["--yes", "--json"]).json("uncertain") == "0", "safe to repeat")
        }
    }

    @Test func `who is uncertain and has opted out is not mailed again`() async throws {
        try await Tool.withFixture { tool in
            await tool.run("suppressions", "add", "c4@example.org", "--account", "acme", "--reason", "asked")
            let outcome = await tool.run(
                "campaign",
                "resolve-uncertain",
                "1",
                "--resend",
                "--reason",
                "x",
                "--yes",
                "--json"
            )
            #expect(outcome.json("opted_out") == "1", "\(outcome.errors)")
            #expect(outcome.json("reopened") == "0")
            try await tool.expectFixture(Tool.untouched)
        }
    }

    static let refused: [(arguments: [String], status: Int32, because: Comment)] = [
        (["1", "--reason", "x"], 64, "which of the two?"),
        (["1", "--leave", "--resend", "--reason", "x"], 64, "not both"),
        (["1", "--resend", "--seq", "5", "--reason", "x"], 65, "that one is accepted"),
        (["9", "--resend", "--reason", "x"], 65, "no such campaign"),
    ]

    @Test func `a decision that is not clear is refused`() async throws {
        try await Tool.withFixture { tool in
            for row in Self.refused {
                let outcome = await tool.run(["campaign", "resolve-uncertain"] + row.arguments + ["--yes"])
                #expect(outcome.status == row.status, "\(row.because): \(outcome.errors)")
            }
            try await tool.execute("UPDATE campaigns SET state = 5 WHERE campaign_id = 1")
            let cancelled = await tool.run("campaign", "resolve-uncertain", "1", "--resend", "--reason", "x", "--yes")
            #expect(cancelled.status == 65)
            #expect(cancelled.errors.contains("is cancelled"))
        }
    }

    @Test func `a follow-up is a draft that says whom it is for`() async throws {
        try await Tool.withFixture { tool in
            let made = await tool.run("campaign", "resend", "1", "--only", "failed", "--json")
            #expect(made.json("campaign") == "3", "\(made.errors)")
            #expect(made.json("name") == "first (failed)")
            #expect(made.json("left") == "1")
            let report = await tool.run("campaign", "report", "3")
            #expect(report.output.contains("follow-up of campaign 1, for its failed recipients"))
            #expect(await tool.run("campaign", "report", "3", "--json").json("follows") == "1")
            #expect(await tool.run("campaign", "list").output.contains("1 failed"))
            let check = await tool.run("campaign", "check", "3", "--json")
            #expect(check.json("recipients") == "1", "\(check.output) \(check.errors)")
            #expect(await tool.run("campaign", "start", "3").status == 0)
            let nobody = await tool.run("campaign", "resend", "1", "--only", "expired")
            #expect(nobody.status == 65)
            #expect(nobody.errors.contains("has no expired recipients"))
            let draft = await tool.run("campaign", "resend", "3", "--only", "failed")
            #expect(draft.status == 65)
            #expect(draft.errors.contains("only a finished or cancelled campaign"))
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let sql: String
        let what: String
        let says: String

        var testDescription: String { what }
    }

    static let damages: [Damage] = [
        Damage(
            sql: "UPDATE counters SET dead = 2, failed = 2 WHERE campaign_id = 1",
            what: "dead",
            says: "3 rows are dead, the counter has 2"
        ),
        Damage(
            sql: "UPDATE counters SET dead = 4 WHERE campaign_id = 1",
            what: "balance",
            says: "the counters add up to 7, the audience is 6"
        ),
        Damage(
            sql: "DELETE FROM deliveries WHERE campaign_id = 1 AND seq = 6",
            what: "rows",
            says: "5 rows, but seq 1 to 6 are 6"
        ),
        Damage(
            sql: "UPDATE campaigns SET audience = 7 WHERE campaign_id = 1",
            what: "audience",
            says: "the lanes have 6 recipients, the audience is 7"
        ),
        Damage(
            sql: "UPDATE deliveries SET state = 2 WHERE campaign_id = 1 AND seq = 6",
            what: "deferred-without-retry",
            says: "1 deferred rows have no row in retries, like seq 6"
        ),
        Damage(
            sql: "INSERT INTO retries VALUES (1, 5, 1, 1, now(), now())",
            what: "retry-without-deferred",
            says: "retries belong to rows that are not deferred"
        ),
        Damage(
            sql: "DELETE FROM dead_letters WHERE seq = 2",
            what: "dead-without-letter",
            says: "have no dead letter, like seq 2"
        ),
        Damage(
            sql: """
                UPDATE campaigns SET state = 2; UPDATE deliveries SET state = 1, token = 7 WHERE campaign_id = 1 AND seq = 4;
                INSERT INTO workers VALUES (1, 'gone', 1, '{default}', now(), now() - interval '1 minute');
                INSERT INTO claims VALUES (7, 1, 1, '{4}')
                """,
            what: "sending-without-worker",
            says: "start one"
        ),
        Damage(
            sql: "UPDATE deliveries SET code = 0 WHERE campaign_id = 1 AND seq = 5",
            what: "accepted-without-reply",
            says: "accepted rows have no 2xx"
        ),
        Damage(
            sql: "UPDATE deliveries SET reason = 0 WHERE campaign_id = 1 AND seq = 6",
            what: "failed-without-reason",
            says: "neither a reply nor a reason"
        ),
        Damage(
            sql: "UPDATE deliveries SET state = 0 WHERE campaign_id = 1 AND seq = 6",
            what: "finished",
            says: "the campaign is finished, but 1 of its recipients are not in a final state"
        ),
    ]

    @Test(arguments: damages)
    func `an audit names what does not agree`(row: Damage) async throws {
        try await Tool.withFixture { tool in
            let sound = await tool.run("campaign", "audit", "1")
            #expect(sound.status == 0, "\(sound.output)")
            #expect(sound.output.contains("no differences"))
            try await tool.execute(row.sql)
            let outcome = await tool.run("campaign", "audit", "1", "--json")
            #expect(outcome.status == 1, "\(outcome.output)")
            #expect(outcome.output.contains("\"what\":\"\(row.what)\""), "\(outcome.output)")
            #expect(outcome.output.contains(row.says), "\(outcome.output)")
        }
    }

    @Test func `totals that are in order agree whatever is under way`() async throws {
        try await Tool.withFixture { tool in
            try await tool.execute(
                """
                UPDATE campaigns SET state = 2 WHERE campaign_id = 1;
                UPDATE deliveries SET state = 1, token = 7 WHERE campaign_id = 1 AND seq = 4;
                INSERT INTO workers VALUES (1, 'alive', 1, '{default}', now(), now() + interval '1 minute');
                INSERT INTO claims VALUES (7, 1, 1, '{4}');
                UPDATE deliveries SET state = 2 WHERE campaign_id = 1 AND seq = 6;
                INSERT INTO retries VALUES (1, 6, 1, 1, now(), now());
                """
            )
            let outcome = await tool.run("campaign", "audit", "1")
            #expect(outcome.status == 0, "\(outcome.output)")
        }
    }

    @Test func `a large lane is read page by page; one that moves is compared as far as that allows`() async throws {
        try await Tool.withFixture { tool in
            func audit(_ state: Int) async throws -> TotalsAudit {
                try await tool.execute("UPDATE campaigns SET state = \(state) WHERE campaign_id = 1")
                let pool = PostgresPool(settings: tool.database.settings(role: .admin), name: "audit", size: 1)
                var audit = TotalsAudit(
                    database: AccountDatabase(pool: pool, actor: "test"),
                    campaign: 1,
                    account: 1
                )
                audit.pageRows = 4
                try await audit.run()
                await pool.close()
                return audit
            }
            let rest = try await audit(6)
            #expect(rest.lanes.map(\.isMoving) == [false], "finished: nothing moves")
            #expect(rest.differences == [])
            let moving = try await audit(2)
            #expect(moving.lanes.map(\.isMoving) == [true])
            #expect(moving.differences == [])
            try await tool.execute("UPDATE counters SET dead = 2, accepted = 2 WHERE campaign_id = 1")
            #expect(try await audit(6).differences.map(\.what) == ["accepted", "dead"])
            #expect(try await audit(2).differences.map(\.what) == ["accepted"], "who is dead may be reopened meanwhile")
        }
    }

    @Test func `how long opt-outs take is kept, and doctor shows it`() async throws {
        try await Tool.withFixture { tool in
            let before = await tool.run("doctor")
            #expect(before.output.contains("no latency measured yet"))
            let line = ["suppressions", "add", "c1@example.org", "--account", "acme", "--reason", "x", "--json"]
            #expect(await tool.run(line).json("count") == "1")
            let second = await tool.run(line)
            #expect(second.json("count") == "2")
            #expect(second.json("took_ms") != nil)
            #expect(second.json("worst_ms").flatMap { Int($0) } ?? 0 > 0)
            let doctor = await tool.run("doctor")
            #expect(doctor.output.contains("from request to recall: half within"), "\(doctor.output)")
        }
    }
}
