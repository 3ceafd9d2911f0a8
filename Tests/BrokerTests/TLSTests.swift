import Core
import Foundation
import TestKit
import Testing

@testable import Broker

@Suite(.enabled(if: TestBroker.canBePrivate), .serialized, .timeLimit(.minutes(2)))
struct TLSTests {
    /// A broker with a certificate for localhost, one for another name, their authority, and a stranger's.
    private struct Stage: Sendable {
        let node: PrivateBroker
        let port: UInt16
        let folder: String

        var authority: String { "\(folder)/authority.pem" }
        var stranger: String { "\(folder)/stranger.pem" }
        var certificate: String { "\(folder)/node.pem" }
        var key: String { "\(folder)/node.key" }
        var other: String { "\(folder)/other.pem" }
        var otherKey: String { "\(folder)/other.key" }
    }

    private static let stage = Task {
        let folder = FileManager.default.temporaryDirectory.path + "/veredus-tls-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in ["authority", "stranger"] {
            try await openssl(
                "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=\(name) -keyout \(folder)/\(name).key "
                    + "-out \(folder)/\(name).pem -addext basicConstraints=critical,CA:TRUE"
            )
        }
        for (name, host) in [("node", "localhost"), ("other", "mq.example")] {
            try "subjectAltName=DNS:\(host),IP:127.0.0.1\n"
                .write(toFile: "\(folder)/names", atomically: false, encoding: .utf8)
            try await openssl(
                "req -newkey rsa:2048 -nodes -subj /CN=\(host) -keyout \(folder)/\(name).key -out \(folder)/csr"
            )
            try await openssl(
                "x509 -req -in \(folder)/csr -CA \(folder)/authority.pem -CAkey \(folder)/authority.key "
                    + "-CAcreateserial -days 2 -extfile \(folder)/names -out \(folder)/\(name).pem"
            )
        }
        for (name, mode) in [("", 0o755), ("/node.key", 0o644), ("/node.pem", 0o644), ("/authority.pem", 0o644)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: folder + name)
        }
        let port = try LoopbackPorts.free(1)[0]
        let node = try PrivateBroker(configuration: [
            "listeners.ssl.1 = 127.0.0.1:\(port)",
            "ssl_options.cacertfile = \(folder)/authority.pem",
            "ssl_options.certfile = \(folder)/node.pem",
            "ssl_options.keyfile = \(folder)/node.key",
            "ssl_options.verify = verify_none",
        ])
        try await node.start()
        return Stage(node: node, port: port, folder: folder)
    }

    private func settings(_ host: String, _ stage: Stage, caFile: String) throws -> BrokerSettings {
        try TestBroker.settings("amqps://guest:guest@\(host):\(stage.port)", caFile: caFile)
    }

    @Test func `with the right authority messages go both ways`() async throws {
        let stage = try await Self.stage.value
        let settings = try settings("localhost", stage, caFile: stage.authority)
        let queue = TestBroker.queue("tls")
        let publisher = try AMQPPublisher(settings)
        try await publisher.declare([queue])
        #expect(try await publisher.publish(bodies(5_000), to: queue).allSatisfy { $0 == .confirmed })
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 500)
        var seen: [[UInt8]] = []
        while seen.count < 5_000 {
            let messages = try await consumer.next(limit: 500)
            seen += messages.map(\.body)
            consumer.acknowledge(messages.map(\.tag))
        }
        #expect(seen == bodies(5_000))
        await consumer.close()
        #expect(try await publisher.depth(of: queue) == 0)
        await publisher.close()
    }

    @Test func `a certificate of another authority is refused`() async throws {
        let stage = try await Self.stage.value
        let publisher = try AMQPPublisher(try settings("localhost", stage, caFile: stage.stranger))
        let error = await #expect(throws: AMQPError.self) { try await publisher.publish(bodies(1), to: "jobs.x") }
        #expect(error?.kind == .untrusted)
        #expect(error?.isTransient == false)
        #expect(error?.description.contains(stage.stranger) == true)
    }

    @Test func `a certificate for another name is refused`() async throws {
        let stage = try await Self.stage.value
        let error = try await refusal(by: ["-cert", stage.other, "-key", stage.otherKey], stage)
        #expect(error?.kind == .untrusted)
        #expect(error?.description.contains("certificate is not for localhost") == true)
    }

    @Test func `a peer that speaks nothing newer than TLS 1_1 is refused`() async throws {
        let stage = try await Self.stage.value
        let old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
        let error = try await refusal(by: ["-cert", stage.certificate, "-key", stage.key] + old, stage)
        #expect(error?.isTransient == true)
        #expect(error?.description.contains("TLS 1.2 or newer") == true)
    }

    @Test func `an authority file that is not there is a bad setting`() async throws {
        let stage = try await Self.stage.value
        let publisher = try AMQPPublisher(try settings("localhost", stage, caFile: "/nowhere.pem"))
        let error = await #expect(throws: AMQPError.self) { try await publisher.publish(bodies(1), to: "jobs.x") }
        #expect(error?.kind == .badSetting)
        #expect(error?.description.contains("/nowhere.pem") == true)
    }

    /// What a publisher says about a TLS server that never gets as far as AMQP.
    private func refusal(by arguments: [String], _ stage: Stage) async throws -> AMQPError? {
        let port = try LoopbackPorts.free(1)[0]
        let server = try ChildProcess(
            ["/usr/bin/openssl", "s_server", "-accept", "localhost:\(port)", "-quiet"] + arguments
        )
        defer { server.kill() }
        try await eventually("the server listens") { LoopbackPorts.accept(port) }
        var settings = try TestBroker.settings(
            "amqps://guest:guest@localhost:\(port)",
            caFile: stage.authority
        )
        settings.patience = .seconds(2)
        let publisher = try AMQPPublisher(settings)
        return await #expect(throws: AMQPError.self) { try await publisher.publish(bodies(1), to: "jobs.x") }
    }
}

/// Runs openssl(1); its arguments have no spaces.
private func openssl(_ arguments: String) async throws {
    let outcome = try await ChildProcess.run(["openssl"] + arguments.split(separator: " ").map(String.init))
    try #require(outcome.succeeded, "\(outcome.errors)")
}
