import Core
import Foundation
import TestKit
import Testing

@testable import Broker

@Suite(.enabled(if: TestBroker.isThere), .timeLimit(.minutes(2)))
struct ConsumeTests {
    /// A publisher, and a queue with `count` messages in it.
    private func filled(_ count: Int) async throws -> (AMQPPublisher, BrokerSettings, String) {
        let settings = try await TestBroker.settings()
        let queue = TestBroker.queue("filled")
        let publisher = try AMQPPublisher(settings)
        try await publisher.declare([queue])
        let outcomes = try await publisher.publish(bodies(count), to: queue)
        #expect(outcomes.allSatisfy { $0 == .confirmed })
        return (publisher, settings, queue)
    }

    @Test func `messages of several queues arrive with their bodies, in each queue's order`() async throws {
        let (publisher, settings, first) = try await filled(500)
        let second = TestBroker.queue("second")
        try await publisher.declare([second])
        let consumer = try AMQPConsumer(settings, queues: [first, second], prefetch: 1_000)
        _ = try await publisher.publish(bodies(300, prefix: "other"), to: second)
        let messages = try await consumer.take(800)
        #expect(messages.filter { $0.queue == first }.map(\.body) == bodies(500))
        #expect(messages.filter { $0.queue == second }.map(\.body) == bodies(300, prefix: "other"))
        #expect(messages.allSatisfy { !$0.isRedelivered && $0.tag.epoch == 1 })
        consumer.acknowledge(messages.map(\.tag))
        await consumer.close()
        #expect(try await publisher.depth(of: first) == 0)
        await publisher.close()
    }

    @Test func `a body of several frames, and an empty one, arrive whole`() async throws {
        let (publisher, settings, queue) = try await filled(0)
        let large = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        _ = try await publisher.publish([large, [], [1]], to: queue)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 10)
        let messages = try await consumer.take(3)
        #expect(messages.map(\.body) == [large, [], [1]])
        await consumer.close()
        await publisher.close()
    }

    @Test func `no more than the prefetch is handed out without an acknowledgement`() async throws {
        let (publisher, settings, queue) = try await filled(100)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 10)
        let first = try await consumer.take(10)
        try await eventually("90 wait") { try await publisher.depth(of: queue) == 90 }
        consumer.acknowledge(first.map(\.tag))
        #expect(try await consumer.take(10).count == 10)
        await consumer.close()
        try await eventually("what was not acknowledged is back") { try await publisher.depth(of: queue) == 90 }
        await publisher.close()
    }

    @Test func `acknowledging twice, out of order and of strangers keeps the channel`() async throws {
        let (publisher, settings, queue) = try await filled(200)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 50)
        var left = 200
        while left > 0 {
            let messages = try await consumer.next(limit: 50)
            left -= messages.count
            let tags = messages.map(\.tag).shuffled()
            for tag in tags { consumer.acknowledge([tag, tag]) }
            consumer.acknowledge(tags)
            consumer.giveBack(tags)
            consumer.acknowledge([JobTag(epoch: 1, tag: 1_000_000), JobTag(epoch: 1, tag: 0), JobTag(epoch: 9, tag: 1)])
        }
        await consumer.close()
        #expect(consumer.status.reconnects == 0)
        #expect(consumer.status.lastError == nil)
        #expect(try await publisher.depth(of: queue) == 0)
        await publisher.close()
    }

    @Test func `what is given back comes again, marked as redelivered`() async throws {
        let (publisher, settings, queue) = try await filled(2)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 10)
        let messages = try await consumer.take(2)
        consumer.acknowledge([messages[1].tag])
        consumer.giveBack([messages[0].tag])
        let again = try await consumer.take(1)
        #expect(again.map(\.body) == [messages[0].body])
        #expect(again.map(\.isRedelivered) == [true])
        consumer.acknowledge(again.map(\.tag))
        await consumer.close()
        #expect(try await publisher.depth(of: queue) == 0)
        await publisher.close()
    }

    @Test func `after a stop, what has arrived is handed out, then nothing, and acknowledgements still count`()
        async throws
    {
        let (publisher, settings, queue) = try await filled(100)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 30)
        var messages = try await consumer.take(10)
        consumer.stopTaking()
        while case let more = try await consumer.next(limit: 7), !more.isEmpty { messages += more }
        #expect(messages.count <= 30)
        #expect(try await consumer.next(limit: 1).isEmpty)
        consumer.acknowledge(messages.map(\.tag))
        await consumer.close()
        #expect(try await publisher.depth(of: queue) == 100 - messages.count)
        await publisher.close()
    }

    @Test func `a stop ends a wait for messages`() async throws {
        let (publisher, settings, queue) = try await filled(0)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 30)
        async let nothing = consumer.next(limit: 1)
        try await eventually("it consumes") { consumer.status.isConnected }
        consumer.stopTaking()
        #expect(try await nothing.isEmpty)
        await consumer.close()
        await publisher.close()
    }

    @Test func `a cancelled wait ends, and takes no message along`() async throws {
        let (publisher, settings, queue) = try await filled(0)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 30)
        for round in 0..<50 {
            let wait = Task { try await consumer.next(limit: 1) }
            // Before it waits in the first rounds, while it waits in the later ones.
            for _ in 0..<round * 20 { await Task.yield() }
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
        _ = try await publisher.publish(bodies(5), to: queue)
        #expect(try await consumer.take(5).count == 5)
        await consumer.close()
        await publisher.close()
    }

    @Test func `suspended, it gives everything back and takes nothing until it is resumed`() async throws {
        let (publisher, settings, queue) = try await filled(100)
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 40)
        let inFlight = try await consumer.take(10)
        consumer.suspend()
        try await eventually("all are back") { try await publisher.depth(of: queue) == 100 }
        consumer.acknowledge(inFlight.map(\.tag))
        consumer.resume()
        var bodies: Set<[UInt8]> = []
        while bodies.count < 100 {
            let messages = try await consumer.next(limit: 100)
            consumer.acknowledge(messages.map(\.tag))
            bodies.formUnion(messages.map(\.body))
        }
        for _ in 0..<10 {
            consumer.suspend()
            consumer.resume()
        }
        _ = try await publisher.publish([[7]], to: queue)
        let last = try await consumer.take(1)
        #expect(last.map(\.body) == [[7]])
        await consumer.close()
        #expect(consumer.status.reconnects == 0)
        await publisher.close()
    }

    /// A quorum queue lost acknowledgements sent just before connection.close.
    @Test func `acknowledgements sent just before the close are kept`() async throws {
        for _ in 0..<5 {
            let (publisher, settings, queue) = try await filled(500)
            let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 500)
            let messages = try await consumer.take(500)
            // The consumers' cancellation comes first, as when a worker stops, so that nothing else settles these.
            consumer.stopTaking()
            #expect(try await consumer.next(limit: 1).isEmpty)
            // The oldest is held, so that each of the others needs a frame of its own.
            consumer.acknowledge(messages.dropFirst().map(\.tag))
            await consumer.close()
            try await eventually("the held one is back") { try await publisher.depth(of: queue) > 0 }
            #expect(try await publisher.depth(of: queue) == 1)
            await publisher.close()
        }
    }

    @Test func `heartbeats keep idle connections`() async throws {
        var settings = try await TestBroker.settings()
        settings.heartbeatSeconds = 1
        let queue = TestBroker.queue("idle")
        let publisher = try AMQPPublisher(settings)
        try await publisher.declare([queue])
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 1)
        // Without a heartbeat either side would give the other up after 2 to 3 seconds.
        let until = ContinuousClock.now + .seconds(6)
        try await eventually("six seconds are over") { ContinuousClock.now > until }
        #expect(try await publisher.publish([[1]], to: queue) == [.confirmed])
        #expect(try await consumer.take(1).count == 1)
        #expect(publisher.status.reconnects == 0)
        #expect(consumer.status.reconnects == 0)
        await consumer.close()
        await publisher.close()
    }
}
