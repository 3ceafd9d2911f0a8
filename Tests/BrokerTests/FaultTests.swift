import Core
import TestKit
import Testing

@testable import Broker

/// What a broker does to its clients when it is full, silent, killed, or somebody deletes its queues.
///
/// Without the limit under test each of these waits for 30 s (`answerLimit`) or more; the machine may be busy.
@Suite(.enabled(if: TestBroker.canBePrivate), .serialized, .timeLimit(.minutes(4)))
struct FaultTests {
    /// One node for all of these, one after the other.
    private static let node = Task {
        let node = try PrivateBroker()
        try await node.start()
        return node
    }

    private struct Stage {
        let node: PrivateBroker
        let settings: BrokerSettings
        let queue: String
        let publisher: AMQPPublisher
        let consumer: AMQPConsumer
        let notices: Notices

        func close() async {
            await publisher.close()
            await consumer.close()
        }
    }

    private func stage(
        _ purpose: String,
        prefetch: UInt16 = 100,
        _ change: (inout BrokerSettings) -> Void = { _ in }
    ) async throws -> Stage {
        let node = try await Self.node.value
        var settings = try TestBroker.settings(node.url)
        change(&settings)
        let queue = TestBroker.queue(purpose)
        let notices = Notices()
        let publisher = try AMQPPublisher(settings, notice: notices.take)
        try await publisher.declare([queue])
        let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: prefetch, notice: notices.take)
        return Stage(
            node: node,
            settings: settings,
            queue: queue,
            publisher: publisher,
            consumer: consumer,
            notices: notices
        )
    }

    @Test func `under a memory alarm a publish says so in time, consumers go on, and all goes on afterwards`()
        async throws
    {
        let stage = try await stage("alarm", prefetch: 10) { $0.patience = .seconds(3) }
        #expect(try await stage.publisher.publish(bodies(100), to: stage.queue).allSatisfy { $0 == .confirmed })
        let inFlight = try await stage.consumer.take(10)
        try await stage.node.control("set_vm_memory_high_watermark", "0.00001")

        // RabbitMQ tells a connection when it publishes for the first time under the alarm.
        // More than the socket's buffers take: a write that waited would not hear it.
        let large = Array(repeating: Array(repeating: UInt8(7), count: 4_000), count: 4_000)
        let start = ContinuousClock.now
        let outcomes = try await stage.publisher.publish(large, to: stage.queue)
        #expect(outcomes.contains { $0 != .confirmed })
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(stage.publisher.status.isBlocked)
        let blockedAt = ContinuousClock.now
        let error = await #expect(throws: AMQPError.self) {
            try await stage.publisher.publish(bodies(1), to: stage.queue)
        }
        #expect(error?.kind == .blocked)
        #expect(error?.isTransient == true)
        await #expect(throws: AMQPError.self) { try await stage.publisher.depth(of: stage.queue) }
        #expect(ContinuousClock.now - blockedAt < .seconds(2), "at once")

        stage.consumer.acknowledge(inFlight.map(\.tag))
        let more = try await stage.consumer.take(10)
        #expect(more.count == 10, "the consumer's connection is not blocked")
        stage.consumer.acknowledge(more.map(\.tag))
        #expect(stage.consumer.status.reconnects == 0)

        try await stage.node.control("set_vm_memory_high_watermark", "0.4")
        try await stage.publisher.publishAll(bodies(10, prefix: "after"), to: stage.queue)
        #expect(!stage.publisher.status.isBlocked)
        #expect(stage.publisher.status.reconnects == 0)
        await stage.close()
    }

    @Test func `a publisher closes in time under a memory alarm`() async throws {
        let stage = try await stage("alarm-close") { $0.patience = .milliseconds(500) }
        try await stage.node.control("set_vm_memory_high_watermark", "0.00001")
        async let outcomes = stage.publisher.publish(bodies(1_000), to: stage.queue)
        try await eventually("it is blocked") { stage.publisher.status.isBlocked }
        let start = ContinuousClock.now
        await stage.close()
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(try await outcomes.contains { $0 != .confirmed })
        try await stage.node.control("set_vm_memory_high_watermark", "0.4")
    }

    @Test func `a broker that falls silent is noticed by heartbeats, and what was under way is refused`() async throws {
        let stage = try await stage("silent") { settings in
            settings.heartbeatSeconds = 1
            settings.connectLimit = .seconds(2)
        }
        #expect(try await stage.publisher.publish(bodies(1), to: stage.queue) == [.confirmed])
        let first = try await stage.consumer.take(1)
        stage.node.freeze()
        let start = ContinuousClock.now
        let outcomes = try await stage.publisher.publish(bodies(10), to: stage.queue)
        #expect(outcomes.allSatisfy { $0 != .confirmed })
        try await eventually("both noticed", within: .seconds(15)) {
            !stage.publisher.status.isConnected && !stage.consumer.status.isConnected
        }
        #expect(ContinuousClock.now - start < .seconds(15))
        try await eventually("it is said why") { stage.notices.contain("no heartbeat") }
        stage.node.thaw()
        stage.consumer.acknowledge(first.map(\.tag))
        try await stage.publisher.publishAll([[9]], to: stage.queue)
        var bodies: Set<[UInt8]> = []
        while !bodies.contains([9]) {
            let messages = try await stage.consumer.next(limit: 10)
            stage.consumer.acknowledge(messages.map(\.tag))
            bodies.formUnion(messages.map(\.body))
        }
        await stage.close()
    }

    /// More than the socket's buffers take, while the heartbeat and the watchdog are too slow to help.
    @Test func `a publish that the broker does not read ends in time without ending the connection`() async throws {
        let stage = try await stage("unread") { settings in
            settings.heartbeatSeconds = 60
            settings.answerLimit = .seconds(1)
            settings.writeLimit = .seconds(60)
        }
        stage.node.freeze()
        let large = Array(repeating: Array(repeating: UInt8(7), count: 8_000), count: 4_000)
        let start = ContinuousClock.now
        let outcomes = try await stage.publisher.publish(large, to: stage.queue)
        #expect(outcomes.allSatisfy { $0 != .confirmed })
        // Wakes the thread although the socket takes nothing more: it must not wait in a write.
        let error = await #expect(throws: AMQPError.self) {
            try await stage.publisher.publish(large, to: stage.queue)
        }
        #expect(error?.kind == .noAnswer)
        #expect(ContinuousClock.now - start < .seconds(20))
        stage.node.thaw()
        try await stage.publisher.publishAll([[1]], to: stage.queue)
        #expect(stage.publisher.status.reconnects == 0)
        await stage.close()
    }

    /// Bodies larger than the socket's buffers, so that a single write blocks; the heartbeat is too slow to help.
    @Test func `a write that blocks is cut off by the watchdog`() async throws {
        let stage = try await stage("write") { settings in
            settings.heartbeatSeconds = 60
            settings.writeLimit = .seconds(1)
        }
        stage.node.freeze()
        let large = Array(repeating: Array(repeating: UInt8(7), count: 4_000_000), count: 6)
        let start = ContinuousClock.now
        let outcomes = try await stage.publisher.publish(large, to: stage.queue)
        #expect(outcomes.allSatisfy { $0 != .confirmed })
        #expect(ContinuousClock.now - start < .seconds(20))
        stage.node.thaw()
        try await stage.publisher.publishAll([[1]], to: stage.queue)
        #expect(stage.publisher.status.reconnects >= 1)
        await stage.close()
    }

    @Test func `a queue deleted under a consumer is declared again, and consumed from`() async throws {
        let stage = try await stage("deleted")
        #expect(try await stage.publisher.publish(bodies(1), to: stage.queue) == [.confirmed])
        let before = try await stage.consumer.take(1)
        #expect(before.count == 1)
        try await stage.node.control("delete_queue", stage.queue)
        try await stage.publisher.publishAll(bodies(5, prefix: "after"), to: stage.queue)
        let after = try await stage.consumer.take(5)
        #expect(after.map(\.body) == bodies(5, prefix: "after"))
        stage.consumer.acknowledge(before.map(\.tag) + after.map(\.tag))
        try await eventually("it is said why") { stage.notices.contain(stage.queue) }
        #expect(stage.consumer.status.reconnects == 0)
        await stage.close()
    }

    @Test func `after kill -9 both sides come back by themselves, messages are there, old tags are dropped`()
        async throws
    {
        // Of 150 that arrive, 100 are taken: the others must not be handed out after the loss.
        let stage = try await stage("killed", prefetch: 150) { $0.connectLimit = .seconds(5) }
        #expect(try await stage.publisher.publish(bodies(500), to: stage.queue).allSatisfy { $0 == .confirmed })
        let old = try await stage.consumer.take(100)
        try await eventually("the node has stored the queue") { stage.node.hasStored(stage.queue) }
        stage.node.kill()
        try await eventually("both noticed") {
            !stage.publisher.status.isConnected && !stage.consumer.status.isConnected
        }
        try await stage.node.start()
        try await eventually("both are back") {
            stage.publisher.status.isConnected && stage.consumer.status.isConnected
        }
        // Tags 1 to 100 name other messages on the new connection: acknowledging those would lose them.
        let new = try await stage.consumer.take(50)
        #expect(Set(new.map(\.tag.epoch)) == [2])
        stage.consumer.acknowledge(old.map(\.tag))
        stage.consumer.giveBack(new.map(\.tag))
        try await stage.publisher.publishAll(bodies(10, prefix: "after"), to: stage.queue)
        var seen: Set<[UInt8]> = []
        while seen.count < 510 {
            let messages = try await stage.consumer.next(limit: 100)
            stage.consumer.acknowledge(messages.map(\.tag))
            seen.formUnion(messages.map(\.body))
        }
        #expect(seen == Set(bodies(500) + bodies(10, prefix: "after")))
        #expect(stage.consumer.status.reconnects == 1)
        await stage.close()
    }

    /// Quorum queues keep every message; classic ones lose those that were not sent as persistent.
    @Test func `after kill -9 a classic queue has what was confirmed`() async throws {
        let stage = try await stage("classic") { $0.queueType = .classic }
        await stage.consumer.close()
        let outcomes = try await stage.publisher.publish(bodies(500), to: stage.queue)
        #expect(outcomes.filter { $0 != .confirmed } == [])
        stage.node.kill()
        try await stage.node.start()
        try await eventually("it is back") { stage.publisher.status.isConnected }
        let depth = try await stage.publisher.depth(of: stage.queue)
        #expect(depth == 500)
        await stage.close()
    }

    @Test func `topology is declared again on a new connection`() async throws {
        let stage = try await stage("wiped")
        #expect(try await stage.publisher.publish(bodies(5), to: stage.queue).allSatisfy { $0 == .confirmed })
        await stage.consumer.close()
        try await stage.node.control("delete_queue", stage.queue)
        try await stage.node.control("close_all_connections", "test")
        try await stage.publisher.publishAll(bodies(5), to: stage.queue)
        #expect(try await stage.publisher.depth(of: stage.queue) == 5)
        #expect(stage.publisher.status.reconnects >= 1)
        await stage.close()
    }

    /// The heartbeat is too slow to help.
    @Test func `a stop and a close end in time though the broker is silent, and what was handed out comes again`()
        async throws
    {
        let stage = try await stage("goodbye") { $0.heartbeatSeconds = 60 }
        #expect(try await stage.publisher.publish(bodies(3), to: stage.queue) == Array(repeating: .confirmed, count: 3))
        #expect(try await stage.consumer.take(3).count == 3)
        await stage.publisher.close()
        stage.node.freeze()
        let start = ContinuousClock.now
        stage.consumer.stopTaking()
        #expect(try await stage.consumer.next(limit: 1).isEmpty)
        await stage.consumer.close()
        #expect(ContinuousClock.now - start < .seconds(15))
        stage.node.thaw()
        let next = try AMQPConsumer(stage.settings, queues: [stage.queue], prefetch: 10)
        #expect(try await next.take(3).allSatisfy { $0.isRedelivered })
        await next.close()
    }

    @Test func `a stop ends a wait also without a broker`() async throws {
        let stage = try await stage("stopped")
        async let nothing = stage.consumer.next(limit: 1)
        try await eventually("it is connected") { stage.consumer.status.isConnected }
        try await eventually("the node has stored the queue") { stage.node.hasStored(stage.queue) }
        stage.node.kill()
        try await eventually("it noticed") { !stage.consumer.status.isConnected }
        stage.consumer.stopTaking()
        #expect(try await nothing.isEmpty)
        await stage.close()
        try await stage.node.start()
    }
}
