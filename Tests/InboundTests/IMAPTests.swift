import Core
import DatabaseClient
import Foundation
import Glibc
import TestKit
import Testing

@testable import IMAP
@testable import Inbound

@Suite(
    .enabled(if: PrivateDatabase.isAvailable && Servers.runsDovecot, "PostgreSQL or Dovecot is not installed"),
    .timeLimit(.minutes(3))
)
struct IMAPTests {
    static func settings(
        _ url: String,
        _ dovecot: Dovecot?,
        mostBytes: Int = 1 << 20,
        _ changes: [SettingName: String] = [:]
    ) throws -> IMAPSettings {
        var values: [SettingName: String] = [
            .inboundIMAPURL: url, .inboundIMAPUser: "test", .inboundIMAPPassword: "secret",
        ]
        values[.inboundIMAPCAFile] = dovecot?.authority
        values.merge(changes) { $1 }
        var reader = SettingsReader(
            values: values.mapValues { SettingText(text: $0, origin: "test") },
            readFile: { _ throws(SettingsReader.UnreadableFile) in throw .init(reason: "none") }
        )
        let inputs = InboundIMAPInputs(reading: &reader)
        try reader.finish()
        return try IMAPSettings(try #require(inputs), mostBytes: mostBytes)
    }

    static func poller(_ settings: IMAPSettings, _ fixture: InboundFixture) -> MailboxPoller {
        MailboxPoller(
            mailbox: IMAPMailbox(settings),
            name: "imap",
            mostBytes: 1 << 20,
            interval: .milliseconds(50),
            ingest: fixture.ingest
        )
    }

    @Test(arguments: ["imaps", "imap"])
    func `mails are stored and then removed, over TLS and over STARTTLS`(scheme: String) async throws {
        try await InboundFixture.with { fixture in
            try await Dovecot.with { dovecot in
                for seq in 1...120 {
                    try dovecot.deliver(
                        Returned.bounce(to: try Returned.local(Seq(1 + seq % 60)), note: "\(seq)"),
                        "\(seq).a"
                    )
                }
                let port = scheme == "imaps" ? dovecot.tlsPort : dovecot.port
                let poller = Self.poller(try Self.settings("\(scheme)://localhost:\(port)", dovecot), fixture)
                try await poller.pollOnce()
                #expect(dovecot.count() == 0)
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["120"])
                // What came meanwhile, over the connection that is open.
                try dovecot.deliver(Returned.bounce(to: try Returned.local(1)), "later")
                try await poller.pollOnce()
                #expect(dovecot.count() == 0)
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["121"])
                try await poller.pollOnce()
                await poller.mailbox.close()
            }
        }
    }

    @Test func `stored mails can be moved instead, to a folder that is made when it is missing`() async throws {
        try await InboundFixture.with { fixture in
            try await Dovecot.with { dovecot in
                try dovecot.deliver(Returned.bounce(to: try Returned.local(1)), "1")
                try dovecot.deliver(Returned.bounce(to: try Returned.local(2, signedBy: 7)), "2")
                let settings = try Self.settings(
                    "imaps://localhost:\(dovecot.tlsPort)",
                    dovecot,
                    [.inboundIMAPMoveTo: "Done 100%"]
                )
                let poller = Self.poller(settings, fixture)
                try await poller.pollOnce()
                #expect(dovecot.count() == 0)
                #expect(dovecot.count(".Done 100%") == 2)
                #expect(try await fixture.sql("SELECT seq::text FROM inbound_mails") == ["1"])
                #expect(try await fixture.counts() == ["0:1"])
                await poller.mailbox.close()
            }
        }
    }

    @Test func `killed between the commit and the removal, it finds the mail again and knows it`() async throws {
        try await InboundFixture.with { fixture in
            try await Dovecot.with { dovecot in
                let mail = Returned.bounce(to: try Returned.local(1))
                try dovecot.deliver(mail, "1")
                let settings = try Self.settings("imaps://localhost:\(dovecot.tlsPort)", dovecot)
                let first = IMAPMailbox(settings)
                let listing = try await first.list()
                let entry = try #require(listing.entries.first)
                let bytes = try await first.fetch(entry.uid, validity: listing.validity)
                #expect(bytes == mail && entry.sizeBytes == mail.count)
                _ = try await fixture.ingest.take(bytes, sentTo: nil, mailbox: "imap")
                await first.close()
                #expect(dovecot.count() == 1)
                let poller = Self.poller(settings, fixture)
                try await poller.pollOnce()
                #expect(dovecot.count() == 0)
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
                await poller.mailbox.close()
            }
        }
    }

    @Test func `without a database nothing is removed`() async throws {
        try await Dovecot.with { dovecot in
            try dovecot.deliver(Returned.bounce(to: try Returned.local(1)), "1")
            let nowhere = try PostgresSettings(parsing: "postgresql://a:x@127.0.0.1:\(try LoopbackPorts.free(1)[0])/x")
            let pool = PostgresPool(settings: nowhere, name: "test", size: 1)
            let poller = MailboxPoller(
                mailbox: IMAPMailbox(try Self.settings("imaps://localhost:\(dovecot.tlsPort)", dovecot)),
                name: "imap",
                mostBytes: 1 << 20,
                interval: .seconds(1),
                ingest: try InboundFixture.ingest(on: pool)
            )
            await #expect(throws: PostgresError.self) { try await poller.pollOnce() }
            #expect(dovecot.count() == 1)
            await poller.mailbox.close()
            await pool.close()
        }
    }

    @Test func `a mail by an old name of the folder is not fetched, and not removed`() async throws {
        try await Dovecot.with { dovecot in
            try dovecot.deliver(Returned.bounce(to: try Returned.local(1)), "1")
            let mailbox = IMAPMailbox(try Self.settings("imaps://localhost:\(dovecot.tlsPort)", dovecot))
            let listing = try await mailbox.list()
            let uid = try #require(listing.entries.first).uid
            await #expect(throws: IMAPError.self) { try await mailbox.fetch(uid, validity: listing.validity + 1) }
            await #expect(throws: IMAPError.self) { try await mailbox.remove([uid], validity: listing.validity + 1) }
            await #expect(throws: IMAPError.self) { try await mailbox.fetch(uid + 7, validity: listing.validity) }
            #expect(dovecot.count() == 1)
            await mailbox.close()
        }
    }

    @Test func `a mail that is too large is counted and removed, without being fetched`() async throws {
        try await InboundFixture.with { fixture in
            try await Dovecot.with { dovecot in
                let local = try Returned.local(1)
                try dovecot.deliver(Returned.bounce(to: local, message: String(repeating: "x\n", count: 1 << 19)), "1")
                try dovecot.deliver(Returned.bounce(to: local), "2")
                let poller = Self.poller(try Self.settings("imaps://localhost:\(dovecot.tlsPort)", dovecot), fixture)
                try await poller.pollOnce()
                #expect(dovecot.count() == 0)
                #expect(try await fixture.counts() == ["1:1"])
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
                await poller.mailbox.close()
            }
        }
    }

    @Test func `the server's certificate is verified, and a wrong password is told`() async throws {
        try await Dovecot.with { dovecot in
            func kind(_ url: String, _ changes: [SettingName: String] = [:], trusting: Bool = true) async throws
                -> IMAPError.Kind?
            {
                let mailbox = IMAPMailbox(try Self.settings(url, trusting ? dovecot : nil, changes))
                defer { mailbox.interrupt() }
                do throws(IMAPError) {
                    _ = try await mailbox.list()
                    return nil
                } catch {
                    #expect(!"\(error)".contains("secret") && !"\(error)".contains("wrong"))
                    return error.kind
                }
            }
            let tls = "imaps://localhost:\(dovecot.tlsPort)"
            #expect(try await kind(tls) == nil)
            #expect(try await kind(tls, trusting: false) == .untrusted)
            #expect(
                try await kind("imaps://127.0.0.1:\(dovecot.tlsPort)") == .untrusted,
                "the certificate names localhost"
            )
            #expect(try await kind("imap://localhost:\(dovecot.port)", trusting: false) == .untrusted)
            #expect(try await kind(tls, [.inboundIMAPPassword: "wrong"]) == .loginRefused)
            let nobody = try LoopbackPorts.free(1)[0]
            #expect(try await kind("imaps://localhost:\(nobody)") == .unreachable)
            #expect(try await kind(tls, [.inboundIMAPFolder: "No such"]) == .refused)
        }
    }

    @Test func `opened and closed two hundred times, it leaves nothing behind`() async throws {
        let settings = try Self.settings("imaps://localhost:\(try LoopbackPorts.free(1)[0])", nil)
        for number in 1...200 {
            let mailbox = IMAPMailbox(settings)
            await #expect(throws: IMAPError.self) { try await mailbox.list() }
            // Half of them are let go without a word.
            if number % 2 == 0 { await mailbox.close() }
        }
    }

    static let urls: [(url: String, startTLS: String, isGood: Bool, because: Comment)] = [
        ("imaps://mail.example.net", "required", true, "TLS first"),
        ("imap://mail.example.net:143", "required", true, "STARTTLS"),
        ("imap://mail.example.net", "off", false, "the password in clear"),
        ("imap://127.0.0.1", "off", true, "on this machine"),
        ("imaps://user@mail.example.net", "required", false, "the user has a setting"),
        ("imaps://mail.example.net/INBOX", "required", false, "the folder has a setting"),
        ("https://mail.example.net", "required", false, "another protocol"),
        ("mail.example.net", "required", false, "no scheme"),
    ]

    @Test(arguments: urls)
    func `a URL is read strictly`(row: (url: String, startTLS: String, isGood: Bool, because: Comment)) {
        let settings = try? Self.settings(row.url, nil, [.inboundIMAPSTARTTLS: row.startTLS])
        #expect((settings != nil) == row.isGood, row.because)
    }

    @Test func `answers are read for what is in them`() {
        let answer = Array(
            "* 1 FETCH (UID 7 RFC822.SIZE 12)\r\n* 2 FETCH (FLAGS (\\Seen) RFC822.SIZE 9 UID 3)\r\n* 5 EXISTS\r\n* 3 FETCH (UID 99999999999 RFC822.SIZE 1)\r\n* 4 FETCH (UI"
                .utf8
        )
        let entries = IMAPAnswer.entries(in: answer)
        #expect(entries.map(\.uid) == [3, 7] && entries.map(\.sizeBytes) == [9, 12])
        #expect(IMAPAnswer.validity(in: Array("* STATUS \"a b\" (UIDVALIDITY 17)\r\n".utf8)) == 17)
        #expect(IMAPAnswer.validity(in: Array("* OK\r\n".utf8)) == nil)
        #expect(IMAPAnswer.capabilities(in: Array("* CAPABILITY IMAP4rev1 uidplus\r\n".utf8)).contains("UIDPLUS"))
    }
}
