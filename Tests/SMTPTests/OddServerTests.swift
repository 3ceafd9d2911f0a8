import Core
import SMTP
import Testing

/// Servers that do what servers should not.
@Suite(.timeLimit(.minutes(1)))
struct OddServerTests {
    @Test func `replies that come byte by byte are replies`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            for _ in 0..<3 { _ = peer.line() }
            for byte in "250-a\r\n250 b\r\n250 c\r\n354 d\r\n" { peer.write(String(byte)) }
            _ = peer.message()
            for byte in "250-2.0.0 a\r\n250 2.0.0 b\r\n" { peer.write(String(byte)) }
            _ = peer.line()
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        let outcome = try await transport.outcome(of: message(1))
        #expect(outcome.judgement == .accepted)
        #expect(outcome.text == "2.0.0 a 2.0.0 b")
        await transport.close()
    }

    @Test func `a connection closed between messages is replaced, and the message is none the wiser`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            peer.takeMessages(1)
            _ = peer.line()  // the next MAIL is read and never answered
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        transport.send(messages(1...5))
        let outcomes = await transport.outcomes(5)
        #expect(outcomes.allSatisfy { $0.judgement == .accepted })
        #expect(server.connections == 5)
        await transport.close()
    }

    @Test func `a message is passed on once, not for ever`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            if peer.number == 1 { peer.takeMessages(1) }
            _ = peer.line()
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        transport.send(messages(1...2))
        let outcomes = await transport.outcomes(2)
        #expect(outcomes.map(\.judgement) == [.accepted, .later])
        #expect(server.connections == 2)
        await transport.close()
    }

    @Test func `421 to a message closes the connection and the next message gets another`() async throws {
        let server = try RawServer { peer in
            peer.logIn()
            if peer.number == 1 {
                peer.takeMessages(1)
                _ = peer.line()
                peer.say("250 ok")
                _ = peer.line()
                peer.say("421 4.3.2 going down")
            } else {
                peer.takeMessages()
            }
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        transport.send(messages(1...3))
        let outcomes = await transport.outcomes(3)
        #expect(outcomes.map(\.judgement) == [.accepted, .later, .accepted])
        #expect(outcomes[1].code == 421)
        #expect(server.connections == 2)
        await transport.close()
    }

    @Test func `a flood of reply lines ends the message, not the memory`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            _ = peer.line()
            while peer.say("250-and another line", "250-and another line") {}
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        let outcome = try await transport.outcome(of: message(1))
        #expect(outcome.judgement == .later)
        #expect(outcome.text == "the server sent a reply of more than 128 lines")
        await transport.close()
    }

    @Test func `a loss in the middle of a message is later`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            peer.takeMessage()
            peer.swallow(100_000)
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        let outcome = try await transport.outcome(of: message(1, content: content(bytes: 16 << 20)))
        #expect(outcome.judgement == .later)
        #expect(outcome.step == .dot)
        await transport.close()
    }

    @Test func `a large message waits for a slow reader`() async throws {
        let isStalled = Gate()
        let mayRead = Gate()
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            peer.takeMessage()
            isStalled.open()
            mayRead.wait()
            _ = peer.message()
            peer.say("250 ok")
            peer.takeMessages()
        }
        let transport = try SMTPTransport(.plain(server.port, connections: 2), fence: .open)
        transport.send([message(1, content: content(bytes: 8 << 20))])
        await isStalled.opened()
        mayRead.open()
        #expect(await transport.outcomes(1).map(\.judgement) == [.accepted])
        await transport.close()
    }

    @Test func `a slow reply to one dot holds nobody else up`() async throws {
        let mayAnswer = Gate()
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            if peer.number == 1 {
                peer.takeMessage()
                _ = peer.message()
                mayAnswer.wait()
                peer.say("250 at last")
            }
            peer.takeMessages()
        }
        let transport = try SMTPTransport(.plain(server.port, connections: 2), fence: .open)
        transport.send(messages(1...50))
        let fast = await transport.outcomes(49)
        #expect(fast.allSatisfy { $0.judgement == .accepted && $0.text != "at last" })
        mayAnswer.open()
        #expect(await transport.outcomes(1).map(\.text) == ["at last"])
        await transport.close()
    }

    @Test func `what could be read as two messages does not leave`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            peer.takeMessages()
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        let smuggled = "Subject: x\r\n\r\nhello\n.\r\nMAIL FROM:<evil@example.net>\r\n"
        #expect(try await transport.outcome(of: message(1, content: smuggled)).judgement == .notThisMessage)
        let injected = message(2, to: "a@example.com>\r\nRCPT TO:<b@example.com")
        #expect(try await transport.outcome(of: injected).judgement == .notThisMessage)
        #expect(try await transport.outcome(of: message(3)).judgement == .accepted)
        await transport.close()
        #expect(server.lines.filter { $0.hasPrefix("MAIL") }.count == 1)
        #expect(!server.lines.contains { $0.contains("b@example.com") || $0.contains("evil") })
    }
}
