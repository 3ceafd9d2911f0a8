import Core
import DatabaseClient
import Foundation
import Glibc
import TestKit
import Testing

@testable import Inbound

/// The sample configuration of deploy/postfix, in a real Postfix.
@Suite(
    .enabled(if: PrivateDatabase.isAvailable && Servers.runsPostfix, "PostgreSQL or Postfix is missing, or not root"),
    .timeLimit(.minutes(3))
)
struct PostfixTests {
    @Test func `mail for the bounce domain waits in Postfix until it is stored`() async throws {
        try await InboundFixture.with { fixture in
            let port = try LoopbackPorts.free(1)[0]
            try await Postfix.with(handingTo: port) { postfix in
                // Nobody listens yet: Postfix keeps what it has accepted.
                for seq in 1...5 {
                    try await postfix.send(
                        Returned.bounce(to: try Returned.local(Seq(seq))),
                        to: Returned.local(Seq(seq))
                    )
                }
                var refusals: [String] = []
                for address in ["ada@bounces.example", "ada@elsewhere.example"] {
                    refusals.append(try await postfix.ask(to: address))
                }
                #expect(refusals.map { String($0.prefix(9)) } == ["550 5.1.1", "554 5.7.1"])
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["0"])
                let program = try InboundProcess(
                    fixture,
                    ["VEREDUS_INBOUND_LISTEN": "127.0.0.1:\(port)", "VEREDUS_INBOUND_PROTOCOL": "lmtp"]
                )
                for seq in 6...10 {
                    try await postfix.send(
                        Returned.bounce(to: try Returned.local(Seq(seq))),
                        to: Returned.local(Seq(seq))
                    )
                }
                try await postfix.send(Returned.bounce(to: "postmaster"), to: "postmaster")
                let settled = "SELECT count(*)::text FROM inbound_mails WHERE state = 1"
                try await eventually("ten are settled") { try await fixture.sql(settled) == ["10"] }
                try await eventually("one is counted") { try await fixture.counts() == ["0:1"] }
                #expect(try await fixture.sql("SELECT count(DISTINCT seq)::text FROM inbound_mails") == ["10"])
                try await program.stop()
            }
        }
    }
}

/// `veredus-inbound`, as a process.
final class InboundProcess: Sendable {
    let process: ChildProcess
    private let log: String
    private let guardian: ProcessGuardian

    init(_ fixture: InboundFixture, _ settings: [String: String]) throws {
        let folder = try Servers.folder("inbound")
        guardian = try ProcessGuardian(folder: folder)
        log = "\(folder)/log"
        var environment = [
            "VEREDUS_DATABASE_URL": "\(fixture.database.url(role: .inbound))?sslmode=disable",
            "VEREDUS_TOKEN_KEYS": "1:\(InboundFixture.tokenKey)",
            "VEREDUS_ADDRESS_KEY": "1:\(InboundFixture.addressKey)",
            "VEREDUS_BOUNCE_DOMAIN": InboundFixture.domain,
            "SWIFT_BACKTRACE": "enable=no",
        ]
        environment.merge(settings) { $1 }
        process = try ChildProcess(
            [Stage.products.appendingPathComponent("veredus-inbound").path],
            environment: environment,
            output: .file(log)
        )
        guardian.watch(process.pid)
    }

    deinit {
        process.kill()
        guardian.forget(process.pid)
    }

    /// Waits until its listener is there.
    func listens(on port: UInt16) async throws { try await process.listens(on: port, log: log) }

    var words: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Stops it as an operator would.
    func stop() async throws {
        process.send(SIGTERM)
        let end = try await process.exit(within: .seconds(30))
        #expect(end == .exit(0), "\(words.suffix(1_000))")
    }
}

/// A Postfix of a test's own, with the sample configuration of deploy/postfix.
struct Postfix {
    let port: UInt16

    static func with(handingTo lmtpPort: UInt16, _ body: (Postfix) async throws -> Void) async throws {
        let folder = try Servers.folder("postfix")
        let guardian = try ProcessGuardian(folder: folder)
        let port = try LoopbackPorts.free(1)[0]
        let environment = try prepare(folder, port: port, lmtpPort: lmtpPort)
        let process = try ChildProcess(
            ["\(Servers.postfix)/usr/lib/postfix/sbin/master", "-c", "\(folder)/etc", "-d"],
            environment: environment,
            folder: "/",
            output: .file("\(folder)/out")
        )
        guardian.watch(process.pid)
        defer {
            // Its children notice, and end.
            process.kill()
            guardian.forget(process.pid)
        }
        try await process.listens(on: port, log: "\(folder)/out")
        try await body(Postfix(port: port))
    }

    /// Writes the configuration and makes the queue; returns the environment.
    private static func prepare(_ folder: String, port: UInt16, lmtpPort: UInt16) throws -> [String: String] {
        let manager = FileManager.default
        for name in ["etc", "queue", "data"] {
            try manager.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        }
        var main = ""
        for file in ["main.cf", "veredus-transport", "veredus-recipients"] {
            var text = try String(contentsOfFile: "\(Servers.root)/deploy/postfix/\(file)", encoding: .utf8)
            // What its comments ask a person to do.
            text = text.replacingOccurrences(of: "bounces.example.net", with: InboundFixture.domain)
                .replacingOccurrences(of: #"bounces\.example\.net"#, with: #"bounces\.example"#)
                .replacingOccurrences(of: "]:2526", with: "]:\(lmtpPort)")
                .replacingOccurrences(of: "/etc/postfix", with: "\(folder)/etc")
            if file == "main.cf" { main = text }
            try text.write(toFile: "\(folder)/etc/\(file)", atomically: false, encoding: .utf8)
        }
        let libraries = try manager.contentsOfDirectory(atPath: "\(Servers.postfix)/usr/lib").filter {
            $0.hasSuffix("-linux-gnu")
        }
        let path =
            (["\(Servers.postfix)/usr/lib/postfix"]
            + libraries.flatMap { ["\(Servers.postfix)/usr/lib/\($0)", "\(Servers.postfix)/lib/\($0)"] })
            .joined(separator: ":")
        main += """

            compatibility_level = 3.6
            queue_directory = \(folder)/queue
            data_directory = \(folder)/data
            daemon_directory = \(Servers.postfix)/usr/lib/postfix/sbin
            command_directory = \(Servers.postfix)/usr/sbin
            shlib_directory = \(Servers.postfix)/usr/lib/postfix
            meta_directory = \(folder)/etc
            mail_owner = mail
            setgid_group = games
            default_privs = nobody
            import_environment = LD_LIBRARY_PATH MAIL_CONFIG
            myhostname = mx.example
            mydestination =
            mynetworks =
            alias_maps =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            smtputf8_enable = no
            smtpd_relay_restrictions = reject_unauth_destination
            queue_run_delay = 1s
            minimal_backoff_time = 1s
            maximal_backoff_time = 1s
            lmtp_connection_cache_on_demand = no

            """
        try main.write(toFile: "\(folder)/etc/main.cf", atomically: false, encoding: .utf8)
        let services = [
            "127.0.0.1:\(port) inet n - n - - smtpd", "cleanup unix n - n - 0 cleanup", "qmgr unix n - n 300 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite", "bounce unix - - n - 0 bounce", "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce", "verify unix - - n - 1 verify", "proxymap unix - - n - - proxymap",
            "error unix - - n - - error", "retry unix - - n - - error", "discard unix - - n - - discard",
            "lmtp unix - - n - - lmtp", "anvil unix - - n - 1 anvil", "scache unix - - n - 1 scache",
        ]
        try (services.joined(separator: "\n") + "\n")
            .write(toFile: "\(folder)/etc/master.cf", atomically: false, encoding: .utf8)
        let owner = try #require(getpwnam("mail")).pointee.pw_uid
        let group = try #require(getgrnam("games")).pointee.gr_gid
        for name in [
            "active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved",
            "trace",
        ] {
            try #require(
                mkdir("\(folder)/queue/\(name)", 0o700) == 0 && chown("\(folder)/queue/\(name)", owner, 0) == 0
            )
        }
        for (name, mode) in [("maildrop", mode_t(0o730)), ("public", 0o710)] {
            try #require(
                mkdir("\(folder)/queue/\(name)", mode) == 0 && chown("\(folder)/queue/\(name)", owner, group) == 0
            )
            try #require(chmod("\(folder)/queue/\(name)", mode) == 0)
        }
        try #require(mkdir("\(folder)/queue/pid", 0o755) == 0 && chown("\(folder)/data", owner, 0) == 0)
        return ["MAIL_CONFIG": "\(folder)/etc", "LD_LIBRARY_PATH": path, "PATH": "/usr/bin:/bin"]
    }

    /// Hands it a mail, by SMTP.
    func send(_ mail: [UInt8], to local: String) async throws {
        let client = try await greeted()
        let reply = try await client.deliver(mail, to: local)
        #expect(reply.hasPrefix("250"), "\(reply)")
        _ = try await client.ask("QUIT")
    }

    /// What it says to a recipient.
    func ask(to address: String) async throws -> String {
        let client = try await greeted()
        _ = try await client.ask("MAIL FROM:<>")
        return try await client.ask("RCPT TO:<\(address)>")
    }

    private func greeted() async throws -> MailClient {
        let client = try await MailClient(port: Int(port))
        _ = try await client.reply()
        _ = try await client.ask("EHLO mx.elsewhere.example")
        return client
    }
}
