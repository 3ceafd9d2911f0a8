import Core
import SMTP
import Synchronization
import Testing

/// Fences, waits and rests.
@Suite(.timeLimit(.minutes(1)))
struct LifetimeTests {
    // MARK: The fence

    @Test func `no dot leaves once the lease has ended`() async throws {
        let fence = LeaseFence.open
        let heard = Mutex<String?>("nothing read yet")
        let server = try RawServer { peer in
            peer.logIn()
            for _ in 0..<2 {
                _ = peer.line()
                peer.say("250 ok")
            }
            _ = peer.line()
            fence.extend(until: 0)
            peer.say("354 go on")
            heard.withLock { $0 = peer.message() ?? peer.line() }
        }
        let transport = try SMTPTransport(.plain(server.port), fence: fence)
        let fenced = try await transport.outcome(of: message(1))
        #expect(fenced.judgement == .notStarted)
        #expect(fenced.step == .dot)
        let second = try await transport.outcome(of: message(2))
        #expect(second.judgement == .notStarted)
        #expect(server.connections == 1, "without a lease no message is begun")
        await transport.close()
        #expect(!server.lines.contains("."))
    }

    // MARK: Waiting

    @Test func `a message that finds no connection in time is put back`() async throws {
        let isBusy = Gate()
        let mayAnswer = Gate()
        let server = try RawServer { peer in
            peer.logIn()
            peer.takeMessage()
            _ = peer.message()
            isBusy.open()
            mayAnswer.wait()
            peer.say("250 ok")
            peer.takeMessages()
        }
        var route = SMTPRouteSettings.plain(server.port)
        route.startWithin = .seconds(1)
        let transport = try SMTPTransport(route, fence: .open)
        transport.send([message(1)])
        await isBusy.opened()
        #expect(transport.load.underWay == 1 && transport.load.open == 1)
        let late = try await transport.outcome(of: message(2))
        #expect(late.id == 2)
        #expect(late.judgement == .notStarted)
        mayAnswer.open()
        #expect(await transport.outcomes(1).map(\.judgement) == [.accepted])
        await transport.close()
    }

    @Test func `a route that cannot be reached gives its messages back and rests`() async throws {
        let port = try freePort()
        let transport = try SMTPTransport(.plain(port, connections: 5), fence: .open)
        let start = ContinuousClock.now
        transport.send(messages(1...100))
        let outcomes = await transport.outcomes(100)
        #expect(outcomes.allSatisfy { $0.judgement == .later && $0.step == .connect && $0.code == 0 })
        #expect(outcomes.first?.text.hasSuffix("(127.0.0.1:\(port))") == true, "libcurl's words, and where")
        #expect(try await transport.outcome(of: message(101)).judgement == .later)
        #expect(ContinuousClock.now - start >= .seconds(1), "a second of rest before the next try")
        await transport.close()
    }

    @Test func `a server that refuses everybody is asked once a second, not in a loop`() async throws {
        let server = try RawServer { peer in peer.say("554 no service") }
        let transport = try SMTPTransport(.plain(server.port, connections: 3), fence: .open)
        transport.send(messages(1...100))
        let outcomes = await transport.outcomes(100)
        #expect(outcomes.allSatisfy { $0.judgement == .later && $0.step == .greeting && $0.code == 554 })
        #expect(server.connections == 3)
        await transport.close()
    }

    @Test func `a server that limits connections is used with those it grants`() async throws {
        let server = try RawServer { peer in
            guard peer.number <= 2 else {
                peer.say("421 4.7.0 too many connections")
                return
            }
            peer.logIn(offering: "PIPELINING")
            peer.takeMessages()
        }
        let transport = try SMTPTransport(.plain(server.port, connections: 10), fence: .open)
        transport.send(messages(1...200))
        let outcomes = await transport.outcomes(200)
        #expect(outcomes.allSatisfy { $0.judgement == .accepted })
        await transport.close()
    }

    // MARK: Reuse

    @Test func `connections are kept warm, and closed with QUIT after their share`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            peer.takeMessages()
        }
        var route = SMTPRouteSettings.plain(server.port)
        route.messagesPerConnection = 10
        let transport = try SMTPTransport(route, fence: .open)
        for id in UInt64(1)...10 { #expect(try await transport.outcome(of: message(id)).judgement == .accepted) }
        #expect(server.connections == 1)
        transport.send(messages(11...25))
        #expect(await transport.outcomes(15).count == 15)
        #expect(server.connections == 3)
        #expect(server.lines.filter { $0 == "QUIT" }.count == 2)
        await transport.close()
    }

    @Test func `an idle connection says QUIT`() async throws {
        let hasQuit = Gate()
        let server = try RawServer { peer in
            peer.logIn()
            peer.takeMessages()
            hasQuit.open()
        }
        var route = SMTPRouteSettings.plain(server.port)
        route.idleTimeout = .milliseconds(30)
        let transport = try SMTPTransport(route, fence: .open)
        #expect(try await transport.outcome(of: message(1)).judgement == .accepted)
        await hasQuit.opened()
        #expect(server.lines.last == "QUIT")
        #expect(try await transport.outcome(of: message(2)).judgement == .accepted)
        await transport.close()
    }
}
