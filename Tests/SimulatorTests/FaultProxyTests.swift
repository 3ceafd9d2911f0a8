import MailSimulator
import NIOCore
import Testing

@testable import TestKit

@Suite(.timeLimit(.minutes(1))) struct FaultProxyTests {
    /// A proxy before a simulator; both are stopped whatever happens.
    private func withProxy(_ body: (FaultProxy, MailSimulator) async throws -> Void) async throws {
        try await withSimulator { simulator in
            let proxy = try await FaultProxy.start(port: simulator.port)
            do {
                try await body(proxy, simulator)
                try await proxy.stop()
            } catch {
                try await proxy.stop()
                throw error
            }
        }
    }

    @Test func `a relay that passes on is not noticed`() async throws {
        try await withProxy { proxy, simulator in
            let client = try await RawClient.greeted(port: proxy.port)
            for _ in 1...3 { #expect(try await client.deliver(to: "a@x").last == "250") }
            #expect(try await client.ask("QUIT\r\n").hasPrefix("221"))
            #expect(await client.ending() == nil, "the server's close is passed on")
            #expect(proxy.connections == 1)
            #expect(simulator.copies(of: "a@x") == 3)
        }
    }

    @Test(arguments: [1, 7, 40], [false, true])
    func `exactly n octets pass to the server before a cut`(count: Int, isOneMore: Bool) async throws {
        try await withProxy { proxy, simulator in
            let client = try await RawClient.greeted(port: proxy.port)
            // The simulator counts as well, and a message is refused when it has seen so many.
            let seen = count + (isOneMore ? 1 : 0)
            try await client.send("MAIL FROM:<a@x>\r\nRCPT TO:<hangup-byte-\(seen)@x>\r\nDATA\r\n")
            for _ in 1...3 { _ = try await client.reply() }
            try await proxy.set(.cut(afterBytes: count, .toServer))
            try await client.send(String(repeating: "x", count: 100))
            #expect(await client.ending() == nil)
            try await eventually("it has noticed") { simulator.summary.open == 0 }
            #expect(simulator.summary.refused[.dot] == (isOneMore ? nil : 1))
        }
    }

    @Test(arguments: [0, 1, 5])
    func `exactly n octets pass to the client before a cut`(count: Int) async throws {
        try await withProxy { proxy, _ in
            try await proxy.set(.cut(afterBytes: count, .toClient))
            let client = try await RawClient(port: proxy.port)
            #expect(await client.rest() == String("220 simulator.invalid".prefix(count)))
        }
    }

    @Test func `a fault set later counts from then on`() async throws {
        try await withProxy { proxy, _ in
            let client = try await RawClient.greeted(port: proxy.port)
            try await proxy.set(.cut(afterBytes: 3, .toClient))
            try await client.send("NOOP\r\n")
            #expect(await client.rest() == "250")
        }
    }

    @Test func `a reset is one`() async throws {
        try await withProxy { proxy, _ in
            let client = try await RawClient.greeted(port: proxy.port)
            try await proxy.set(.reset(afterBytes: 0, .toServer))
            try await client.send("NOOP\r\n")
            let error = await client.ending() as? IOError
            #expect(error?.errnoCode == 104, "ECONNRESET")
        }
    }

    @Test func `refuse turns away new connections and leaves open ones`() async throws {
        try await withProxy { proxy, _ in
            let client = try await RawClient.greeted(port: proxy.port)
            try await proxy.set(.refuse)
            await #expect(throws: (any Error).self) { try await RawClient(port: proxy.port) }
            #expect(try await client.ask("NOOP\r\n").hasPrefix("250"))
            try await proxy.set(.passOn)
            let next = try await RawClient.greeted(port: proxy.port)
            #expect(try await next.ask("NOOP\r\n").hasPrefix("250"))
            #expect(proxy.connections == 2)
        }
    }

    @Test func `a half-open connection is silent and stays open`() async throws {
        try await withProxy { proxy, simulator in
            let client = try await RawClient.greeted(port: proxy.port)
            try await proxy.set(.halfOpen(afterBytes: 0, .toServer))
            try await client.send("MAIL FROM:<a@x>\r\n")
            simulator.dropConnections()
            try await eventually("it has noticed") { simulator.summary.open == 0 }
            let other = try await RawClient(port: proxy.port)
            #expect(
                try await other.reply().hasPrefix("220"),
                "to the client all passes until the server gets something"
            )
            #expect(proxy.openConnections == 2, "the server is gone and the client has not heard")
        }
    }

    @Test func `latency is added both ways`() async throws {
        try await withProxy { proxy, _ in
            let client = try await RawClient.greeted(port: proxy.port)
            try await proxy.set(.latency(.milliseconds(30)))
            let time = try await ContinuousClock().measure { _ = try await client.ask("NOOP\r\n") }
            #expect(time >= .milliseconds(60))
        }
    }

    @Test func `the reply to a request is lost, and the request is carried out`() async throws {
        try await withProxy { proxy, simulator in
            try await proxy.set(.loseReply(to: Array("\r\n.\r\n".utf8)))
            let client = try await RawClient.greeted(port: proxy.port)
            await #expect(throws: RawClient.Closed.self) { try await client.deliver(to: "a@x") }
            try await simulator.waitForAccepted(count: 1)
            #expect(simulator.copies(of: "a@x") == 1)
        }
    }

    @Test func `a server that is not there resets the client`() async throws {
        let simulator = try await MailSimulator.start()
        try await simulator.stop()
        let proxy = try await FaultProxy.start(port: simulator.port)
        await #expect(throws: (any Error).self) {
            // Connecting may fail already: the reset can be as fast as that.
            let client = try await RawClient(port: proxy.port)
            throw try #require(await client.ending())
        }
        try await proxy.stop()
    }
}
