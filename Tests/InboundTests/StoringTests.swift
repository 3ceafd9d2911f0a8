import Core
import Database
import DatabaseClient
import Foundation
import ReturnedMail
import TestKit
import Testing

@testable import Inbound

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct StoringTests {
    @Test func `a mail is stored once for each mailbox and recipient, and then settled`() async throws {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7)
            let mail = Returned.bounce(to: local)
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a") == .stored)
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a") == .known)
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "b") == .stored)
            let other = try Returned.local(8)
            #expect(try await fixture.ingest.take(mail, sentTo: Array(other.utf8), mailbox: "a") == .stored)
            #expect(
                try await fixture.sql(
                    "SELECT mailbox || ' ' || seq || ' ' || attempt || ' ' || state FROM inbound_mails ORDER BY 1"
                )
                    == ["a 7 1 0", "a 8 1 0", "b 7 1 0"]
            )
            await fixture.judge.judgeAll()
            #expect(
                try await fixture.sql(
                    "SELECT count(*)::text FROM inbound_mails WHERE state = 1 AND settlement IS NOT NULL"
                )
                    == ["3"]
            )
            // Settled and not forgotten: it is known still.
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a") == .known)
        }
    }

    @Test func `two judges settle each mail once`() async throws {
        try await InboundFixture.with { fixture in
            for seq in 1...40 {
                let local = try Returned.local(Seq(seq))
                _ = try await fixture.ingest.take(Returned.bounce(to: local), sentTo: Array(local.utf8), mailbox: "a")
            }
            let mails = try await fixture.store.waiting(limit: 100)
            #expect(mails.count == 40)
            let settled = try await withThrowingTaskGroup(of: Int.self) { group in
                for order in [mails, mails.reversed()] {
                    group.addTask {
                        var count = 0
                        for mail in order {
                            let report = readReport(mail.content, sentTo: mail.sentTo)
                            if try await fixture.store.settle(mail, report: report) != nil { count += 1 }
                        }
                        return count
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(settled == 40)
            #expect(try await fixture.store.waiting(limit: 100).isEmpty)
        }
    }

    @Test func `what is stored is the report and the header of the message, never its body or a pixel's token`()
        async throws
    {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7)
            let open = String(
                decoding: try InboundFixture.keys().sign(.open(campaign: 1, .recipient(7))),
                as: UTF8.self
            )
            let mail = Returned.bounce(
                to: local,
                note: "https://t.example/o/\(open)",
                message: "A secret body /o/\(open)"
            )
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a") == .stored)
            let text = try await fixture.sql("SELECT convert_from(content, 'UTF8') FROM inbound_mails")[0]
            #expect(text.contains("user unknown") && text.contains("Subject: News"))
            #expect(!text.contains("A secret body") && !text.contains(open) && text.contains("[blanked]"))
        }
    }

    @Test func `what is not understood is encrypted, and gone after 72 hours`() async throws {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7)
            let mail = Array(
                "From: ada@example.org\r\nTo: \(local)@bounces.example\r\nSubject: tea?\r\n\r\nAt five, as always.\r\n"
                    .utf8
            )
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a") == .stored)
            #expect(try await fixture.sql("SELECT state::text FROM inbound_mails") == ["2"])
            #expect(
                try await fixture.sql(
                    "SELECT (position('five'::bytea IN content) = 0 AND length(content) = \(mail.count + 28))::text FROM inbound_mails"
                )
                    == ["true"]
            )
            let admin = AccountDatabase(
                pool: PostgresPool(settings: fixture.database.settings(role: .admin), name: "desk", size: 1),
                actor: "test"
            )
            let found = try #require(try await admin.inboundMail(1, reason: "a new kind of bounce?"))
            let content = try #require(found.content)
            #expect(try MailSeal(InboundFixture.keys().identity).open(content) == mail)
            let otherKey = MailSeal(try AddressHashKey(secret: [UInt8](repeating: 1, count: 32)))
            #expect(throws: MailSeal.Broken.self) { try otherKey.open(content) }
            for index in [0, 15, content.count - 1] {
                var changed = content
                changed[index] ^= 1
                #expect(throws: MailSeal.Broken.self) { try MailSeal(InboundFixture.keys().identity).open(changed) }
            }
            #expect(
                try await fixture.sql("SELECT action || ' ' || reason FROM audit") == [
                    "inbound.show a new kind of bounce?"
                ]
            )
            await admin.pool.close()

            let retention = InboundRetention(contentDays: 30)
            _ = try await fixture.sql(
                "UPDATE inbound_mails SET received_at = now() - interval '71 hours' RETURNING 'x'"
            )
            #expect(try await fixture.store.dropOld(retention) == 0)
            _ = try await fixture.sql(
                "UPDATE inbound_mails SET received_at = now() - interval '73 hours' RETURNING 'x'"
            )
            #expect(try await fixture.store.dropOld(retention) == 1)
            #expect(try await fixture.sql("SELECT (content IS NULL)::text FROM inbound_mails") == ["true"])
            // The row stays, so that the mail is known when it comes again.
            #expect(try await fixture.ingest.take(mail, sentTo: Array(local.utf8), mailbox: "a") == .known)
        }
    }

    @Test func `settled mails lose their text after the days that are set, and their row after 400`() async throws {
        try await InboundFixture.with { fixture in
            for seq in 1...3 {
                let local = try Returned.local(Seq(seq))
                _ = try await fixture.ingest.take(Returned.bounce(to: local), sentTo: nil, mailbox: "a")
            }
            await fixture.judge.judgeAll()
            // One waits still: it is not dropped, however old it is.
            _ = try await fixture.sql(
                "UPDATE inbound_mails SET state = 0, settlement = NULL, settled_at = NULL WHERE mail_id = 3 RETURNING 'x'"
            )
            _ = try await fixture.sql(
                "UPDATE inbound_mails SET received_at = now() - interval '1 day' * (ARRAY[29, 31, 500])[mail_id] RETURNING 'x'"
            )
            #expect(try await fixture.store.dropOld(InboundRetention(contentDays: 30)) == 1)
            let kept = "SELECT mail_id || CASE WHEN content IS NULL THEN '-' ELSE '+' END FROM inbound_mails ORDER BY 1"
            #expect(try await fixture.sql(kept) == ["1+", "2-", "3+"])
            await fixture.judge.judgeAll()
            #expect(try await fixture.store.dropOld(InboundRetention(contentDays: 30)) == 1)
            #expect(try await fixture.sql(kept) == ["1+", "2-"])
        }
    }

    @Test func `a thousand forged mails change nothing but a number`() async throws {
        try await InboundFixture.with { fixture in
            let before = try await fixture.rows()
            let good = Array(try Returned.local(7).utf8)
            for number in 0..<1_000 {
                // Every byte of the good token wrong once, tokens of another key, of other purposes, and none at all.
                var local = good
                switch number % 4 {
                case 0:
                    let index = 2 + number / 4 % (good.count - 2)
                    local[index] = local[index] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
                case 1: local = Array(try Returned.local(Seq(number), signedBy: 0xAC).utf8)
                case 2: local = Array("b+".utf8) + Array(try Returned.unsubscribe(Seq(number)).utf8.dropFirst(2))
                default: local = Array("postmaster".utf8)
                }
                let name = String(decoding: local, as: UTF8.self)
                let mail =
                    number % 8 < 4
                    ? Returned.bounce(to: name, note: "\(number)")
                    : Array(
                        """
                        From: fbl@provider.example
                        To: \(name)@bounces.example
                        Content-Type: multipart/report; report-type=feedback-report; boundary=b

                        --b
                        Content-Type: message/feedback-report

                        Feedback-Type: abuse
                        Original-Rcpt-To: ada@example.org

                        --b
                        Content-Type: text/rfc822-headers

                        Return-Path: <\(name)@bounces.example>
                        --b--

                        """.utf8
                    )
                #expect(try await fixture.ingest.take(mail, sentTo: local, mailbox: "a") == .counted(.notOurs))
            }
            await fixture.judge.judgeAll()
            #expect(try await fixture.rows() == before)
            #expect(try await fixture.counts() == ["0:1000"])
        }
    }

    @Test func `a mail about a campaign that is not here is only counted`() async throws {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7, campaign: 99)
            let outcome = try await fixture.ingest.take(
                Returned.bounce(to: local),
                sentTo: Array(local.utf8),
                mailbox: "a"
            )
            #expect(outcome == .counted(.unknownCampaign))
            #expect(try await fixture.counts() == ["3:1"])
        }
    }

    @Test func `nesting bombs are refused, whoever sends them`() async throws {
        try await InboundFixture.with { fixture in
            for local in [try Returned.local(7), "postmaster"] {
                let bomb = Returned.bomb(depth: 20_000, to: local)
                let start = ContinuousClock.now
                let outcome = try await fixture.ingest.take(bomb, sentTo: Array(local.utf8), mailbox: "a")
                #expect(outcome == .counted(.beyondLimits))
                #expect(ContinuousClock.now - start < .seconds(20))
            }
            #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["0"])
        }
    }

    @Test func `a mail whose judgement fails is put off, given up in the end, and holds nobody up`() async throws {
        try await InboundFixture.with { fixture in
            for seq in 1...2 {
                let local = try Returned.local(Seq(seq))
                _ = try await fixture.ingest.take(Returned.bounce(to: local), sentTo: Array(local.utf8), mailbox: "a")
            }
            _ = try await fixture.sql(
                """
                CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.state = 1 AND NEW.mail_id = 1 THEN RAISE 'no'; END IF; RETURN NEW; END $$
                """
            )
            _ = try await fixture.sql(
                "CREATE TRIGGER fail BEFORE UPDATE ON inbound_mails FOR EACH ROW EXECUTE FUNCTION fail()"
            )
            let states = "SELECT state || '/' || tries FROM inbound_mails ORDER BY mail_id"
            await fixture.judge.judgeAll()
            #expect(try await fixture.sql(states) == ["0/1", "1/0"])
            await fixture.judge.judgeAll()
            #expect(try await fixture.sql(states) == ["0/1", "1/0"], "it is not due yet")
            for _ in 0..<12 {
                _ = try await fixture.sql("UPDATE inbound_mails SET due_at = now() WHERE state = 0 RETURNING 'x'")
                await fixture.judge.judgeAll()
            }
            #expect(try await fixture.sql(states) == ["3/10", "1/0"])
        }
    }

    @Test func `one account does not see the mails about another's messages`() async throws {
        try await InboundFixture.with { fixture in
            let local = try Returned.local(7)
            _ = try await fixture.ingest.take(Returned.bounce(to: local), sentTo: nil, mailbox: "a")
            _ = try await fixture.sql("INSERT INTO accounts (name) VALUES ('other') RETURNING 'x'")
            let pool = PostgresPool(settings: fixture.database.settings(role: .admin), name: "desk", size: 1)
            let fixture = AccountDatabase(pool: pool, actor: "test")
            #expect(try await fixture.recentInbound(of: 1, limit: 10).count == 1)
            let count = Statement("count-mails", "SELECT count(*) FROM inbound_mails")
            #expect(try await fixture.transaction(account: 2) { try $0.rows(count) { try $0.int64(0) } } == [0])
            #expect(try await fixture.transaction(account: nil) { try $0.rows(count) { try $0.int64(0) } } == [0])
            await pool.close()
        }
    }
}
