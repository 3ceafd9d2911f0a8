import Core
import Foundation
import Glibc
import MailSimulator
import ReturnedMail
import TestKit
import Testing

/// What real mail servers write when another one refuses, against what was refused.
@Suite(.enabled(if: geteuid() == 0, "namespaces take root"), .timeLimit(.minutes(4)))
struct ServerNoticesTests {
    /// One message, and what becomes of it.
    struct Case: Sendable {
        /// Also the local part that it comes from, and the domain that it goes to.
        let name: String
        /// How the next server answers the recipient's domain, or the sender.
        let step: Behaviour.Step
        let reply: Reply
        let wanted: BounceConsequence
        var reason: BounceReason?
        var local = "ada"
        var text = "Hello.\r\n"
        /// Who says so in words of its own; everybody passes on a reply.
        var servers = Set(MailServer.allCases)
    }

    static let cases = [
        Case(
            name: "dead",
            step: .rcpt,
            reply: Reply(550, "5.1.1", "Recipient address rejected: User unknown"),
            wanted: .hard,
            reason: .mailboxUnknown
        ),
        Case(name: "gone", step: .rcpt, reply: Reply(550, "No such user here"), wanted: .hard, reason: .mailboxUnknown),
        Case(
            name: "full",
            step: .rcpt,
            reply: Reply(552, "5.2.2", "Mailbox is full"),
            wanted: .soft,
            reason: .mailboxFull
        ),
        Case(
            name: "listed",
            step: .rcpt,
            reply: Reply(554, "5.7.1", "Client host [192.0.2.1] blocked using bl.example"),
            wanted: .block,
            reason: .policy
        ),
        // Of which sendmail makes 5.1.1, "User unknown".
        Case(name: "denied", step: .rcpt, reply: Reply(550, "Access denied"), wanted: .block, reason: .policy),
        Case(
            name: "sender",
            step: .mail,
            reply: Reply(553, "5.1.8", "no such domain"),
            wanted: .block,
            reason: .policy
        ),
        Case(name: "data", step: .data, reply: Reply(554, "5.7.1", "not from you"), wanted: .block, reason: .policy),
        Case(name: "spam", step: .dot, reply: Reply(550, "rejected as spam"), wanted: .block, reason: .policy),
        Case(name: "long", step: .dot, reply: Reply(500, "Line too long"), wanted: .block, reason: .content),
        Case(name: "large", step: .dot, reply: Reply(552, "5.3.4", "too large"), wanted: .soft, reason: .size),
        Case(
            name: "slow",
            step: .rcpt,
            reply: Reply(451, "4.3.2", "try again later"),
            wanted: .soft,
            reason: .expired
        ),
        Case(
            name: "huge",
            step: .dot,
            reply: accepts,
            wanted: .soft,
            reason: .size,
            text: String(repeating: "Hello.\r\n", count: 6_000)
        ),
        Case(
            name: "foreign",
            step: .dot,
            reply: accepts,
            wanted: .soft,
            reason: .unknown,
            local: "\u{FC}",
            // OpenSMTPD and Debian's sendmail do not know SMTPUTF8; Exim would spell the address in ASCII, but is told not to.
            servers: [.postfix, .exim]
        ),
        Case(
            name: "wide",
            step: .dot,
            reply: accepts,
            wanted: .block,
            reason: .content,
            text: String(repeating: "x", count: 1_500) + "\r\n",
            servers: [.exim]
        ),
        Case(name: "fine", step: .dot, reply: accepts, wanted: .nothing),
    ]

    private static let accepts = Reply(250, "2.0.0", "ok")

    @Test(arguments: MailServer.allCases.filter { $0 != .dovecot })
    func `what a real server writes of a refusal is judged as the refusal`(server: MailServer) async throws {
        let far = try await MailSimulator.start(Self.refusing)
        var keeping = MailSimulator.Configuration()
        keeping.keepsContentOfFirst = 1_000
        let back = try await MailSimulator.start(keeping)
        let cases = Self.cases.filter { $0.servers.contains(server) }
        try await server.with(far: far.port, back: back.port) { port in
            for one in cases { try await Self.send(one, to: ["\(one.local)@\(one.name).example"], port) }
            let two = Case(name: "two", step: .rcpt, reply: Self.accepts, wanted: .soft)
            try await Self.send(two, to: ["ada@dead.example", "grace@full.example"], port)
            // Exim starts a process for each, and then some.
            try await eventually("every notice is there, of \(server): \(Self.outcomes(back))", within: .seconds(120)) {
                let outcomes = Self.outcomes(back)
                return outcomes["two", default: [:]].count == 2 && cases.allSatisfy { outcomes[$0.name] != nil }
                    && outcomes["slow"]?.values.first?.action == .failed
            }
        }
        let outcomes = Self.outcomes(back)
        for one in cases {
            let found = outcomes[one.name, default: [:]]
            let recipient = found["\(one.local)@\(one.name).example"]
            #expect(found.count == 1 && recipient?.consequence == one.wanted, "\(one.name): \(found)")
            #expect(recipient.map { ($0.action == .failed) == (one.wanted != .nothing) } ?? false, "\(one.name)")
            if let reason = one.reason { #expect(recipient?.finding.reason == reason, "\(one.name)") }
        }
        let two = outcomes["two", default: [:]]
        #expect(two["ada@dead.example"]?.consequence == .hard && two["grace@full.example"]?.consequence == .soft)
        #expect(Self.reports(back, of: "slow").contains { $0.recipients.first?.action == .delayed }, "a warning first")
        try await far.stop()
        try await back.stop()
    }

    /// The next server: it refuses by the case, and knows neither SMTPUTF8 nor DSN.
    private static var refusing: MailSimulator.Configuration {
        var configuration = MailSimulator.Configuration()
        configuration.extensions = [.pipelining, .size, .eightBitMIME, .enhancedStatusCodes]
        configuration.maxSizeBytes = 30_000
        configuration.script = Script(
            rules: cases.map { one in
                let subject: Script.Rule.Subject =
                    one.step == .mail ? .sender("\(one.name)+*") : .domain("\(one.name).example")
                return Script.Rule(subject, Behaviour(.answer(one.step, one.reply)))
            }
        )
        return configuration
    }

    private static func send(_ one: Case, to recipients: [String], _ port: Int) async throws {
        let client = try await MailClient(port: port)
        _ = try await client.reply()
        let isForeign = one.local.utf8.contains { $0 >= 0x80 }
        var commands = [
            "EHLO app.example.org",
            "MAIL FROM:<\(one.name)+1@bounces.example> RET=HDRS\(isForeign ? " SMTPUTF8" : "")",
        ]
        for recipient in recipients { commands.append("RCPT TO:<\(recipient)> NOTIFY=SUCCESS,FAILURE,DELAY") }
        commands.append("DATA")
        for command in commands {
            let reply = try await client.ask(command)
            try #require(reply.hasPrefix("2") || reply.hasPrefix("354"), "\(command): \(reply)")
        }
        let head =
            "From: News <news@example.org>\r\nTo: you\r\nSubject: Autumn news\r\nMessage-ID: <\(one.name)@example.org>\r\n"
        try await client.send(Returned.stuffed(Array("\(head)\r\n\(one.text)".utf8)))
        let reply = try await client.reply()
        try #require(reply.hasPrefix("250"), "\(reply)")
        client.close()
    }

    private static func reports(_ back: MailSimulator, of name: String) -> [MailReport] {
        back.accepted.filter { $0.recipient.hasPrefix("\(name)+") }.compactMap(\.content).map { readReport($0) }
    }

    /// By case, what the last notice about each recipient says.
    private static func outcomes(_ back: MailSimulator) -> [String: [String: ReportedRecipient]] {
        var result: [String: [String: ReportedRecipient]] = [:]
        for message in back.accepted {
            guard let content = message.content, let name = message.recipient.split(separator: "+").first else {
                continue
            }
            let report = readReport(content)
            guard report.kind == .delivery else { continue }
            for one in report.recipients { result[String(name), default: [:]][one.address ?? "-"] = one }
        }
        return result
    }

    // MARK: Dovecot

    typealias Row = (name: String, sieve: String, quota: Int, kind: MailReport.Kind, wanted: BounceConsequence?)

    static let rows: [Row] = [
        ("full", "keep;", 10, .delivery, .soft),
        ("rejecting", "require \"reject\"; reject \"This mailbox takes no newsletters.\";", 100_000, .delivery, .soft),
        (
            "away", "require \"vacation\"; vacation :addresses [\"ada@mx.example\"] \"Until Monday.\";", 100_000,
            .autoReply, nil
        ),
    ]

    @Test(arguments: rows)
    func `what Dovecot sends back is judged as what happened`(row: Row) async throws {
        let server = MailServer.dovecot
        let place = try server.place()
        let guardian = try ProcessGuardian(folder: place)
        try await server.require(at: place)
        var keeping = MailSimulator.Configuration()
        keeping.keepsContentOfFirst = 10
        let back = try await MailSimulator.start(keeping)
        let message =
            "From: News <news@example.org>\r\nTo: ada@mx.example\r\nSubject: Autumn news\r\n"
            + "Message-ID: <1@example.org>\r\n\r\nHello.\r\n"
        let configuration = """
            log_path = /var/mail/log
            mail_location = maildir:/var/mail/user
            submission_host = 127.0.0.1:\(back.port)
            postmaster_address = postmaster@mx.example
            hostname = mx.example
            protocol lda {
              mail_plugins = quota sieve
            }
            plugin {
              quota = maildir:User quota
              quota_rule = *:bytes=\(row.quota)
              sieve = file:\(place)/user.sieve
            }

            """
        for (name, text) in [("mail", message), ("dovecot.conf", configuration), ("user.sieve", row.sieve + "\n")] {
            try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
        }
        let delivery = try await ChildProcess.run(
            server.command(
                ["/bin/sh", "-c", server.script, place, "news+1@bounces.example", "ada@mx.example"],
                at: place
            ),
            environment: MailServer.environment,
            folder: "/"
        )
        #expect(delivery.succeeded, "\(delivery.errors)")
        try await back.waitForAccepted(count: 1)
        let report = readReport(back.accepted.first?.content ?? [])
        #expect(report.kind == row.kind)
        #expect(report.recipients.map(\.address) == (row.wanted == nil ? [] : ["ada@mx.example"]))
        #expect(report.recipients.first?.consequence == row.wanted)
        try await back.stop()
        withExtendedLifetime(guardian) {}
    }
}
