import Core
import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

@testable import Inbound

/// The program itself, killed and stopped while mails pour in.
@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(10)))
struct KilledTests {
    /// `VEREDUS_INBOUND_KILLS`: 50 for the long run.
    private static let kills = ProcessInfo.processInfo.environment["VEREDUS_INBOUND_KILLS"].flatMap { Int($0) } ?? 8
    private static let clients = 4

    /// What the senders know.
    private final class Traffic: Sendable {
        let isOver = Mutex(false)
        let acknowledged = Mutex<[String]>([])
    }

    @Test func `killed again and again it loses no mail, and counts none twice`() async throws {
        try await InboundFixture.with { fixture in
            try await MaildirTests.withMaildir { maildir in
                let port = try LoopbackPorts.free(1)[0]
                let settings = [
                    "VEREDUS_INBOUND_LISTEN": "127.0.0.1:\(port)", "VEREDUS_INBOUND_PROTOCOL": "lmtp",
                    "VEREDUS_INBOUND_MAILDIR": maildir,
                ]
                let traffic = Traffic()
                try await withThrowingTaskGroup { group in
                    for client in 0..<Self.clients {
                        group.addTask {
                            var number = 0
                            while !traffic.isOver.withLock({ $0 }) {
                                number += 1
                                let name = "smtp-\(client)-\(number)"
                                try await Self.deliver(name, client: client, number: number, port: Int(port))
                                traffic.acknowledged.withLock { $0.append(name) }
                            }
                        }
                    }
                    group.addTask {
                        var number = 0
                        while !traffic.isOver.withLock({ $0 }) {
                            number += 1
                            let name = "file-\(number)"
                            let local = try Returned.local(Seq(1_000_000 + number))
                            try MaildirTests.write(
                                Returned.bounce(to: local, note: name),
                                "\(maildir)/tmp",
                                Array(name.utf8)
                            )
                            try #require(rename("\(maildir)/tmp/\(name)", "\(maildir)/new/\(name)") == 0)
                            traffic.acknowledged.withLock { $0.append(name) }
                            // While the program is killed and started they wait; a few are enough.
                            try await eventually("the Maildir has room", within: .seconds(60)) {
                                try traffic.isOver.withLock { $0 } || MaildirTests.count("\(maildir)/new") < 20
                            }
                        }
                    }
                    for _ in 0..<Self.kills {
                        let program = try InboundProcess(fixture, settings)
                        try await program.listens(on: port)
                        // In the middle of a mail, of a file, of a judgement: wherever the next few happen to be.
                        let enough = traffic.acknowledged.withLock { $0.count } + .random(in: 1...40)
                        try await eventually("\(enough) mails are taken", every: .milliseconds(1)) {
                            traffic.acknowledged.withLock { $0.count } >= enough
                        }
                        program.process.kill()
                    }
                    traffic.isOver.withLock { $0 = true }
                    let last = try InboundProcess(fixture, settings)
                    try await group.waitForAll()
                    let rest = "SELECT count(*)::text FROM inbound_mails WHERE state <> 1"
                    try await eventually("the Maildir is empty") { try MaildirTests.count("\(maildir)/new") == 0 }
                    try await eventually("all are judged") { try await fixture.sql(rest) == ["0"] }
                    try await last.stop()
                }
                let names = traffic.acknowledged.withLock { $0 }
                let stored = try await fixture.sql(
                    "SELECT substring(convert_from(content, 'UTF8') FROM 'mail system. ([a-z]+-[0-9-]+)') FROM inbound_mails"
                )
                #expect(Set(stored) == Set(names), "whatever was taken is there, and nothing else")
                #expect(stored.count == names.count, "each is there once")
                #expect(names.count > Self.kills * 5)
                #expect(try await fixture.counts() == [])
            }
        }
    }

    /// Brings a mail until it is acknowledged, as a mail server does.
    private static func deliver(_ name: String, client: Int, number: Int, port: Int) async throws {
        // At most 32 mails about one message are kept: each goes to another one.
        let campaignSeq = Seq(client * 100_000 + number + 100)
        let local = try Returned.local(campaignSeq)
        let mail = Returned.bounce(to: local, note: name)
        try await eventually("\(name) is taken", within: .seconds(60), every: .milliseconds(20)) {
            guard let connection = try? await MailClient.greeted(port: port) else { return false }
            return (try? await connection.deliver(mail, to: local).hasPrefix("250")) ?? false
        }
    }

    @Test func `stopped, it answers what is on its way and takes nothing more`() async throws {
        try await InboundFixture.with { fixture in
            let port = try LoopbackPorts.free(1)[0]
            let program = try InboundProcess(fixture, ["VEREDUS_INBOUND_LISTEN": "127.0.0.1:\(port)"])
            try await program.listens(on: port)
            let idle = try await MailClient.greeted(port: Int(port))
            let busy = try await MailClient.greeted(port: Int(port))
            let local = try Returned.local(7)
            let mail = Returned.stuffed(Returned.bounce(to: local))
            for command in ["MAIL FROM:<>", "RCPT TO:<\(local)@\(InboundFixture.domain)>", "DATA"] {
                _ = try await busy.ask(command)
            }
            try await busy.send(Array(mail.prefix(100)))
            program.process.send(SIGTERM)
            #expect(await idle.rest().hasPrefix("421 4.3.2"))
            try await busy.send(Array(mail.dropFirst(100)))
            let rest = await busy.rest()
            #expect(rest.hasPrefix("250 2.0.0 stored\r\n421"), "\(rest)")
            let end = try await program.process.exit(within: .seconds(20))
            #expect(end == .exit(0), "\(program.words.suffix(1_000))")
            #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
        }
    }

    static let wrong: [(settings: [String: String], says: String, because: Comment)] = [
        (["VEREDUS_INBOUND_LISTEN": "2526"], "VEREDUS_INBOUND_LISTEN", "no address"),
        (["VEREDUS_INBOUND_PROTOCOL": "pop3"], "lmtp, smtp", "no such protocol"),
        (["VEREDUS_INBOUND_MAILDIR": "mail"], "full path", "a relative path"),
        (["VEREDUS_INBOUND_IMAP_URL": "imaps://x.example"], "VEREDUS_INBOUND_IMAP_USER", "no user"),
        (["VEREDUS_INBOUND_RULES": "/no/such/file"], "cannot be read", "no such file"),
        (["VEREDUS_INBOUND_CERTIFICATE_FILE": "/x"], "VEREDUS_INBOUND_CERTIFICATE_KEY_FILE", "half a certificate"),
    ]

    @Test(arguments: wrong)
    func `a setting that cannot be used ends it with 78`(
        row: (settings: [String: String], says: String, because: Comment)
    )
        async throws
    {
        try await InboundFixture.with { fixture in
            let program = try InboundProcess(fixture, row.settings)
            let end = try await program.process.exit(within: .seconds(20))
            #expect(end == .exit(78), row.because)
            #expect(program.words.contains(row.says), row.because)
        }
    }
}
