import Core
import Foundation
import TestKit
import Testing

@testable import Broker

/// Opens handles 200 times, closed or just dropped; run it under the address sanitizer too.
@Suite(.enabled(if: TestBroker.isThere), .timeLimit(.minutes(4)))
struct LeakTests {
    private func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    /// How many threads of this process belong to the adapter.
    private func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").filter { task in
            // A thread may end while it is looked at.
            (try? String(contentsOfFile: "/proc/self/task/\(task)/comm", encoding: .utf8))?.hasPrefix("amqp-") ?? false
        }.count
    }

    /// The thread that opened a connection is the one that frees it, so where the thread is gone the handle is.
    @Test func `200 publishers and consumers, closed or dropped, leave no thread and no descriptor`() async throws {
        let settings = try await TestBroker.settings()
        let before = (try descriptors(), try threads())
        let queue = TestBroker.queue("leak")
        for round in 1...100 {
            let publisher = try AMQPPublisher(settings)
            try await publisher.declare([queue])
            let consumer = try AMQPConsumer(settings, queues: [queue], prefetch: 10)
            _ = try await publisher.publish(bodies(2), to: queue)
            let messages = try await consumer.take(2)
            consumer.acknowledge(messages.map(\.tag))
            guard round.isMultiple(of: 2) else { continue }
            await consumer.close()
            await publisher.close()
            await publisher.close()
        }
        // Other tests run beside this one; each of these 200 would have left at least one of each.
        try await eventually("descriptors and threads are gone") {
            try descriptors() < before.0 + 100 && threads() < before.1 + 100
        }
    }

    @Test func `a connection notices a dead peer and waits for no packet to fill`() async throws {
        var settings = try await TestBroker.settings()
        settings.heartbeatSeconds = 7
        let watchdog = try WriteWatchdog(limit: .seconds(1))
        let handle = try ConnectionHandle.open(settings, purpose: "test", watchdog: watchdog)
        for (option, expected) in [(TCP_USER_TIMEOUT, 14_000), (TCP_NODELAY, 1)] as [(Int32, Int32)] {
            var value: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(handle.descriptor, Int32(IPPROTO_TCP), option, &value, &size)
            #expect(value == expected)
        }
        try handle.close()
    }

    @Test func `a handle refused by the broker is freed too`() async throws {
        let right = try await TestBroker.settings()
        let settings = try BrokerSettings(host: right.host, port: right.port, user: "nobody", password: "x")
        for _ in 1...10 {
            let publisher = try AMQPPublisher(settings)
            await #expect(throws: AMQPError.self) { try await publisher.declare(["jobs.x"]) }
        }
    }
}
