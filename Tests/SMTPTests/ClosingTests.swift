import Core
import Foundation
import SMTP
import Synchronization
import Testing

/// How a transport ends.
@Suite(.timeLimit(.minutes(1)))
struct ClosingTests {
    @Test func `closing tells each message how it stands`() async throws {
        let isPastDot = Gate()
        let isBeforeDot = Gate()
        let server = try RawServer { peer in
            peer.logIn()
            if peer.number == 1 {
                peer.takeMessage()
                _ = peer.message()
                isPastDot.open()
            } else {
                _ = peer.line()
                isBeforeDot.open()
            }
            while peer.line() != nil {}
        }
        let transport = try SMTPTransport(.plain(server.port, connections: 2), fence: .open)
        transport.send([message(1)])
        await isPastDot.opened()
        transport.send(messages(2...4))
        await isBeforeDot.opened()
        await transport.close(grace: .milliseconds(50))
        transport.send([message(5)])
        var outcomes: [UInt64: MessageOutcome] = [:]
        while case let batch = await transport.outcomes(), !batch.isEmpty {
            for outcome in batch { outcomes[outcome.id] = outcome }
        }
        #expect(
            outcomes.mapValues(\.judgement) == [1: .unknown, 2: .later, 3: .notStarted, 4: .notStarted, 5: .notStarted]
        )
        #expect(outcomes[1]?.text == "stopped while waiting")
    }

    @Test func `closing waits for a reply that comes within the grace`() async throws {
        let isPastDot = Gate()
        let mayAnswer = Gate()
        let server = try RawServer { peer in
            peer.logIn()
            peer.takeMessage()
            _ = peer.message()
            isPastDot.open()
            mayAnswer.wait()
            peer.say("250 ok")
            _ = peer.line()
            peer.say("221 bye")
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        transport.send([message(1)])
        await isPastDot.opened()
        async let closed: Void = transport.close(grace: .seconds(20))
        mayAnswer.open()
        await closed
        #expect(await transport.outcomes(1).map(\.judgement) == [.accepted])
        #expect(server.lines.last == "QUIT")
    }

    @Test func `a server that never answers QUIT does not hold the end up`() async throws {
        let mayEnd = Gate()
        let server = try RawServer { peer in
            peer.logIn()
            peer.takeMessages(1)
            mayEnd.wait()
        }
        let transport = try SMTPTransport(.plain(server.port), fence: .open)
        #expect(try await transport.outcome(of: message(1)).judgement == .accepted)
        let start = ContinuousClock.now
        await transport.close(grace: .seconds(20))
        #expect(ContinuousClock.now - start < .seconds(10), "the grace is for messages, not for QUIT")
        mayEnd.open()
    }

    @Test func `200 transports leave nothing open`() async throws {
        let server = try RawServer { peer in
            peer.logIn(offering: "PIPELINING")
            peer.takeMessages()
        }
        let before = try openFiles(to: server.port)
        #expect(before == 0)
        for round in UInt64(1)...200 {
            let ended = Gate()
            let threads = Mutex<[String]>([])
            var transport: SMTPTransport? = try SMTPTransport(.plain(server.port), fence: .open) {
                threads.withLock { $0.append(threadName()) }
                ended.open()
            }
            #expect(try await transport?.outcome(of: message(round)).judgement == .accepted)
            if round % 2 == 0 { await transport?.close() }
            transport = nil
            await ended.opened()
            #expect(threads.withLock { $0 } == ["smtp"], "its handles are freed on its own thread")
        }
        #expect(server.connections == 200)
        #expect(try openFiles(to: server.port) == 0)
    }

    @Test func `whoever waits for outcomes may be cancelled`() async throws {
        let transport = try SMTPTransport(.plain(try freePort()), fence: .open)
        let waiting = Task { await transport.outcomes() }
        waiting.cancel()
        #expect(await waiting.value.isEmpty)
        await transport.close()
    }
}

/// How many sockets this process has connected to a loopback port.
private func openFiles(to port: Int) throws -> Int {
    var count = 0
    for file in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
        guard let descriptor = Int32(file) else { continue }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
        }
        if status == 0, Int(UInt16(bigEndian: address.sin_port)) == port { count += 1 }
    }
    return count
}

/// proc(5): the name of the calling thread.
private func threadName() -> String {
    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
    return name.map { $0.trimmingCharacters(in: .newlines) } ?? ""
}
