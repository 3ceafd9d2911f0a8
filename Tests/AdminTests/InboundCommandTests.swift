import Core
import Foundation
import TestKit
import Testing

@testable import Admin

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"))
struct InboundCommandTests {
    /// A bounce of a message of campaign 1; the keys are those of the tool.
    static func bounce(_ seq: Seq, note: String = "", signedBy byte: UInt8 = 0xA5) throws -> String {
        let local = try local(seq, signedBy: byte)
        return """
            From: MAILER-DAEMON@mx.example
            To: \(local)@bounces.example
            Subject: Undelivered Mail Returned to Sender
            Content-Type: multipart/report; report-type=delivery-status; boundary=b

            --b

            \(note)
            --b
            Content-Type: message/delivery-status

            Final-Recipient: rfc822; ada@example.org
            Action: failed
            Status: 5.1.1

            --b--

            """
    }

    static func local(_ seq: Seq, signedBy byte: UInt8 = 0xA5) throws -> String {
        let keys = try KeyRing(
            keys: [TokenKey(id: 1, secret: [UInt8](repeating: byte, count: 32))],
            signing: 1,
            identity: AddressHashKey(secret: [UInt8](repeating: 0x5A, count: 32))
        )
        let token = TrackingToken.bounce(DeliveryKey(campaign: 1, seq: seq), attempt: 1)
        return KeyRing.bouncePrefix + String(decoding: keys.sign(token), as: UTF8.self)
    }

    @Test func `a mail is handed in once, from a file or an mbox`() async throws {
        try await Tool.withFixture { tool in
            let one = tool.file("one.eml", try Self.bounce(1))
            #expect(await tool.run("inbound", "ingest", one).output.hasPrefix("1 stored, 0 already known, 0 "))
            #expect(await tool.run("inbound", "ingest", one).output.hasPrefix("0 stored, 1 already known, 0 "))
            let mbox = tool.file(
                "many.mbox",
                "From MAILER-DAEMON Mon Nov 23\n\(try Self.bounce(2, note: "\n>From here on"))\n"
                    + "From MAILER-DAEMON Mon Nov 23\n\(try Self.bounce(3))\nFrom x\n\(try Self.bounce(3, signedBy: 1))\n"
            )
            let outcome = await tool.run("inbound", "ingest", "--json", mbox)
            #expect(outcome.status == 0)
            #expect([outcome.json("stored"), outcome.json("known"), outcome.json("counted")] == ["2", "0", "1"])
            #expect(try await tool.sql("SELECT seq::text FROM inbound_mails ORDER BY 1") == ["1", "2", "3"])
            #expect(try await tool.sql("SELECT DISTINCT account_id || mailbox FROM inbound_mails") == ["1ingest"])
            #expect(try await tool.sql("SELECT what || ':' || n FROM inbound_counts") == ["0:1"])
        }
    }

    @Test func `a pipe is read to its end, and a mail server is asked to come again while the database is away`()
        async throws
    {
        try await Tool.withFixture { tool in
            let program = Stage.products.appendingPathComponent("veredus").path
            let mail = "Subject: x\n\nno recipient in it\n"
            let address = "\(try Self.local(1))@bounces.example"
            var environment = tool.environment
            environment["VEREDUS_DATABASE_URL"]? += "?sslmode=disable"
            let command = [program, "inbound", "ingest", "--sent-to", address, "-"]
            let outcome = try await ChildProcess.run(command, environment: environment, input: mail)
            #expect(outcome.succeeded && outcome.output.hasPrefix("1 stored"), "\(outcome)")
            environment["VEREDUS_DATABASE_URL"] = "postgresql://a:b@127.0.0.1:1/x"
            let away = try await ChildProcess.run(command, environment: environment, input: mail)
            #expect(away.end == .exit(75), "\(away)")
            let missing = await tool.run("inbound", "ingest", "/no/such/file")
            #expect(missing.status == ExitStatus.noInput.rawValue)
        }
    }

    @Test func `what is kept of a mail is shown, harmless to a terminal, and the audit log says who looked`()
        async throws
    {
        try await Tool.withFixture { tool in
            let file = tool.file("one.eml", try Self.bounce(1, note: "evil \u{1B}[2Jtext"))
            await tool.run("inbound", "ingest", file)
            let secret = tool.file(
                "two.eml",
                "To: \(try Self.local(2))@bounces.example\nSubject: tea?\n\nat five \u{1B}]0;x\u{7}\n"
            )
            await tool.run("inbound", "ingest", secret)
            let list = await tool.run("inbound", "list", "--account", "acme")
            #expect(list.output.contains(" MESSAGE ") && list.output.contains("1/1"))
            #expect(list.output.contains("not-understood"))
            #expect(await tool.run("inbound", "list", "--account", "other").output.hasSuffix("has no returned mail\n"))
            let shown = await tool.run("inbound", "show", "1", "--reason", "ticket 7")
            #expect(shown.output.contains("Status: 5.1.1") && !shown.output.contains("\u{1B}"))
            let whole = await tool.run("inbound", "show", "2", "--reason", "a new notice?")
            #expect(whole.output.contains("at five") && !whole.output.contains("\u{1B}"))
            #expect(
                try await tool.sql(
                    "SELECT subject || ' ' || reason FROM audit WHERE action = 'inbound.show' ORDER BY 1"
                )
                    == ["mail 1 ticket 7", "mail 2 a new notice?"]
            )
            #expect(await tool.run("inbound", "show", "9", "--reason", "x").status == ExitStatus.badData.rawValue)
            #expect(await tool.run("inbound", "show", "1").status == ExitStatus.usage.rawValue)
            let json = await tool.run("inbound", "list", "--account", "acme", "--json")
            #expect(json.json("state") == "not-understood")
            let first = await tool.run("inbound", "list", "--account", "acme", "--json", "--limit", "1")
            let cursor = try #require(first.json("next_cursor"))
            let rest = await tool.run("inbound", "list", "--account", "acme", "--json", "--cursor", cursor)
            #expect(first.json("mail") == "2" && rest.json("mail") == "1" && rest.json("next_cursor") == "null")
        }
    }
}
