import Core
import DatabaseClient
import Foundation
import NIOCore
import Synchronization
import TestKit
import Testing

@testable import Inbound

@Suite(.enabled(if: PrivateDatabase.isAvailable, "PostgreSQL is not installed"), .timeLimit(.minutes(3)))
struct ListenerTests {
    /// Runs a listener on a free port while `body` talks to it.
    static func listening(
        _ ingest: Ingest,
        settings: [SettingName: String] = [:],
        mostBytes: Int = 10 << 20,
        _ body: (Int, MailListener) async throws -> Void
    ) async throws {
        var values = settings
        values[.inboundListen] = "127.0.0.1:0"
        var reader = SettingsReader(
            values: values.mapValues { SettingText(text: $0, origin: "test") },
            readFile: { _ throws(SettingsReader.UnreadableFile) in throw .init(reason: "none") }
        )
        let read = InboundListenerSettings(reading: &reader)
        try reader.finish()
        var listener = MailListener(
            try #require(read),
            domain: InboundFixture.domain,
            mostBytes: mostBytes,
            graceSeconds: 1,
            ingest: ingest,
            log: InboundFixture.silent
        )
        let (ports, source) = AsyncStream.makeStream(of: Int.self)
        listener.onListening = { source.yield($0) }
        let running = Task { [listener] in
            defer { source.finish() }
            try await listener.run()
        }
        do {
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else { return try await running.value }
            try await body(port, listener)
        } catch {
            running.cancel()
            _ = try? await running.value
            throw error
        }
        running.cancel()
        try await running.value
        #expect(listener.room.inUse == (0, 0), "whatever came has gone")
    }

    @Test func `a mail is answered when it is stored, and not before`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.listening(fixture.ingest) { port, _ in
                let local = try Returned.local(7)
                let client = try await MailClient.greeted(port: port)
                // Nobody can write there: the dot has no answer.
                let lock = try await fixture.database.connect()
                try await lock.execute("BEGIN; LOCK TABLE inbound_mails IN EXCLUSIVE MODE")
                try await client.send(
                    Array("MAIL FROM:<>\r\nRCPT TO:<\(local)@bounces.example>\r\nDATA\r\n".utf8)
                )
                for _ in 0..<3 { _ = try await client.reply() }
                let before = client.receivedBytes
                try await client.send(Returned.stuffed(Returned.bounce(to: local)))
                let waiting =
                    "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND relation = 'inbound_mails'::regclass"
                while try await fixture.sql(waiting) == ["0"] {}
                #expect(client.receivedBytes == before, "no answer yet")
                try await lock.execute("ROLLBACK")
                #expect(try await client.reply() == "250 2.0.0 stored")
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
                #expect(try await fixture.sql("SELECT mailbox FROM inbound_mails") == ["listener"])
                // The same once more: it is known, and the sender need not hear of it.
                #expect(try await client.deliver(Returned.bounce(to: local), to: local) == "250 2.0.0 stored")
                #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
                #expect(try await client.ask("QUIT") == "221 2.0.0 goodbye")
                await lock.close()
            }
        }
    }

    @Test func `a token that does not verify is accepted, counted, and nothing of it kept`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.listening(fixture.ingest) { port, _ in
                let before = try await fixture.rows()
                let client = try await MailClient.greeted(port: port)
                let forged = try Returned.local(7, signedBy: 0xEE)
                #expect(try await client.deliver(Returned.bounce(to: forged), to: forged) == "250 2.0.0 stored")
                #expect(try await fixture.rows() == before)
                #expect(try await fixture.counts() == ["0:1"])
            }
        }
    }

    @Test func `pipelined mails are answered in order`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.listening(fixture.ingest) { port, _ in
                let client = try await MailClient.greeted(port: port)
                var all: [UInt8] = []
                for seq in 1...20 {
                    let local = try Returned.local(Seq(seq))
                    all += Array(
                        "MAIL FROM:<>\r\nRCPT TO:<\(local)@bounces.example>\r\nRCPT TO:<no@bounces.example>\r\nDATA\r\n"
                            .utf8
                    )
                    all += Returned.stuffed(Returned.bounce(to: local))
                }
                try await client.send(all + Array("QUIT\r\n".utf8))
                for _ in 1...20 {
                    for expected in ["250 2.1.0", "250 2.1.5", "550 5.1.1", "354", "250 2.0.0"] {
                        #expect(try await client.reply().hasPrefix(expected))
                    }
                }
                #expect(try await client.reply().hasPrefix("221"))
                #expect(try await fixture.sql("SELECT count(DISTINCT seq)::text FROM inbound_mails") == ["20"])
            }
        }
    }

    @Test func `without a database every mail is put off in time, and no connection piles up`() async throws {
        let nowhere = try PostgresSettings(
            parsing: "postgresql://veredus_inbound:x@127.0.0.1:\(try LoopbackPorts.free(1)[0])/x"
        )
        let pool = PostgresPool(settings: nowhere, name: "test", size: 2)
        try await Self.listening(try InboundFixture.ingest(on: pool)) { port, listener in
            let start = ContinuousClock.now
            try await withThrowingTaskGroup { group in
                for seq in 1...20 {
                    group.addTask {
                        let client = try await MailClient.greeted(port: port)
                        let local = try Returned.local(Seq(seq))
                        let reply = try await client.deliver(Returned.bounce(to: local), to: local)
                        #expect(reply == "451 4.3.0 cannot store mail at the moment, try again later")
                        #expect(try await client.ask("QUIT").hasPrefix("221"))
                    }
                }
                try await group.waitForAll()
            }
            #expect(ContinuousClock.now - start < .seconds(15))
            try await eventually("all have left") { listener.room.inUse.connections == 0 }
        }
        await pool.close()
    }

    @Test func `50 MB and nesting bombs are refused politely, and the connection goes on`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.listening(fixture.ingest) { port, listener in
                let client = try await MailClient.greeted(port: port)
                let local = try Returned.local(7)
                #expect(try await client.ask("MAIL FROM:<> SIZE=52428800").hasPrefix("552 5.3.4"))
                let line = [UInt8](repeating: UInt8(ascii: "x"), count: 998) + [13, 10]
                let piece = [UInt8]([[UInt8]](repeating: line, count: 1_000).joined())
                for command in ["MAIL FROM:<>", "RCPT TO:<\(local)@bounces.example>", "DATA"] {
                    _ = try await client.ask(command)
                }
                for _ in 0..<52 {
                    try await client.send(piece)
                    #expect(listener.room.inUse.bytes <= 11 << 20, "what is refused is not held")
                }
                #expect(try await client.ask(".") == "552 5.3.4 mail exceeds 10485760 bytes")
                let bomb = Returned.bomb(depth: 5_000, to: local)
                #expect(try await client.deliver(bomb, to: local).hasPrefix("554 5.6.0"))
                #expect(try await client.deliver(Returned.bounce(to: local), to: local).hasPrefix("250"))
            }
            #expect(try await fixture.counts() == ["1:1"])
            #expect(try await fixture.sql("SELECT count(*)::text FROM inbound_mails") == ["1"])
        }
    }

    @Test func `who is slow is sent away, who is silent too, and the others do not notice`() async throws {
        try await InboundFixture.with { fixture in
            let settings: [SettingName: String] = [.inboundIdleTimeout: "1", .inboundSessionTimeout: "4"]
            try await Self.listening(fixture.ingest, settings: settings) { port, _ in
                let silent = try await MailClient(port: port)
                let dripping = try await MailClient(port: port)
                let local = try Returned.local(7)
                async let silence = silent.rest()
                async let drops: String = {
                    // An octet now and then: never idle, never done.
                    var octets = Array("LHLO x\r\nMAIL FROM:<>\r\n".utf8)[...]
                    try await eventually("nobody takes another octet", every: .milliseconds(50)) {
                        (try? await dripping.send([octets.popFirst() ?? 0x20])) == nil
                    }
                    return await dripping.rest()
                }()
                let quick = try await MailClient.greeted(port: port)
                #expect(try await quick.deliver(Returned.bounce(to: local), to: local).hasPrefix("250"))
                #expect(await silence.contains("421 4.4.2 idle"))
                #expect(try await drops.contains("421 4.4.2 connection open for too long"))
            }
        }
    }

    @Test func `too many connections of one peer are told so`() async throws {
        try await InboundFixture.with { fixture in
            try await Self.listening(fixture.ingest, settings: [.inboundPeerConnections: "2"]) { port, listener in
                let first = try await MailClient.greeted(port: port)
                let second = try await MailClient.greeted(port: port)
                let third = try await MailClient(port: port)
                #expect(await third.rest().hasPrefix("421 4.7.0 too many connections"))
                #expect(try await second.ask("QUIT").hasPrefix("221"))
                try await eventually("the second has left") { listener.room.inUse.connections <= 1 }
                _ = try await MailClient.greeted(port: port)
                #expect(try await first.ask("NOOP").hasPrefix("250"))
            }
        }
    }

    @Test func `with a certificate it speaks TLS, and what came before is forgotten`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "veredus-inbound-\(UUID().uuidString)"
        ).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (chain, key) = ("\(folder)/cert.pem", "\(folder)/key.pem")
        let made = try await ChildProcess.run([
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", key, "-out", chain, "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost",
        ])
        try #require(made.succeeded)
        try await InboundFixture.with { fixture in
            let settings: [SettingName: String] = [
                .inboundProtocol: "lmtp", .inboundCertificate: chain, .inboundCertificateKey: key,
            ]
            try await Self.listening(fixture.ingest, settings: settings) { port, _ in
                let client = try await MailClient.greeted(port: port)
                #expect(try await client.ask("STARTTLS") == "220 2.0.0 ready for TLS")
                try await client.startTLS(trusting: chain)
                #expect(try await client.ask("MAIL FROM:<>").hasPrefix("503"))
                #expect(try await client.ask("LHLO again").hasPrefix("250"))
                #expect(try await client.ask("STARTTLS").hasPrefix("502"))
                let local = try Returned.local(7)
                #expect(try await client.deliver(Returned.bounce(to: local), to: local) == "250 2.0.0 stored")
            }
        }
    }
}
