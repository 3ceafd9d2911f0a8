import Broker
import Core
import Database

/// The queue that holds the newest restore guard, during one check.
///
/// Its message is taken, and replaced by publishing a newer one before the old one is acknowledged: after a crash in
/// between there are two, and the next check takes both. A message is never returned to the queue: RabbitMQ counts
/// deliveries, and drops a message above its limit.
package struct RestoreGuardQueue: Sendable {
    package let restoreGuards: [RestoreGuard]
    /// One per installation: two that share a broker must not hide each other's.
    package let name: String
    private let messages: [QueueMessage]
    private let consumer: AMQPConsumer?
    private let publisher: AMQPPublisher

    /// How long a dead program's message may take to return.
    private static let patience = Duration.milliseconds(300)
    /// How long a queued message may take to arrive.
    private static let limit = Duration.seconds(5)

    /// Takes the messages of an installation's queue. The caller holds the lock (``InstallationStore/alone(_:)``).
    package init(_ broker: BrokerSettings, of installation: String) async throws {
        name = "witness.\(installation)"
        let publisher = try AMQPPublisher(broker)
        self.publisher = publisher
        do {
            try await publisher.declare([name])
            var depth = try await publisher.depth(of: name)
            if depth == 0 {
                try await Task.sleep(for: Self.patience)
                depth = try await publisher.depth(of: name)
            }
            guard depth > 0 else {
                (restoreGuards, messages, consumer) = ([], [], nil)
                return
            }
            let consumer = try AMQPConsumer(broker, queues: [name], prefetch: 100)
            self.consumer = consumer
            messages = try await Self.take(depth, from: consumer)
            restoreGuards = messages.compactMap {
                try? RestoreGuard(decoding: String(decoding: $0.body, as: UTF8.self))
            }
        } catch {
            await publisher.close()
            throw error
        }
    }

    /// Takes `count` messages, which the queue has.
    private static func take(_ count: Int, from consumer: AMQPConsumer) async throws -> [QueueMessage] {
        let deadline = ContinuousClock.now + limit
        var taken: [QueueMessage] = []
        while taken.count < count {
            let left = count - taken.count
            let more = try await withThrowingTaskGroup(of: [QueueMessage].self) { group in
                group.addTask { try await consumer.next(limit: left) }
                group.addTask {
                    try await Task.sleep(until: deadline)
                    return []
                }
                defer { group.cancelAll() }
                return try await group.next() ?? []
            }
            // An error, not "no restore guard": the message exists, but did not arrive.
            guard !more.isEmpty else { throw InstallationStore.Busy() }
            taken += more
        }
        return taken
    }

    /// Publishes one restore guard in place of those taken.
    package func replace(by restoreGuard: RestoreGuard) async throws {
        let outcomes = try await publisher.publish([Array(restoreGuard.encoded.utf8)], to: name)
        guard outcomes == [.confirmed] else { return }
        consumer?.acknowledge(messages.map(\.tag))
    }

    /// Puts back the messages unchanged: a refused program that restarts again and again must not use up their delivery
    /// limit.
    package func putBack() async {
        guard let newest = restoreGuards.max(by: { $0.generation < $1.generation }) else { return }
        // Without a broker the message returns to the queue.
        try? await replace(by: newest)
    }

    /// Closes the connection; unreplaced messages return to the queue.
    package func close() async {
        await consumer?.close()
        await publisher.close()
    }
}
