import Broker
import Core
import Database

/// The queue that holds the newest restore guard, for the moment of one look.
///
/// Its message is taken, and put back by publishing a newer one before the old one is acknowledged: a program that is
/// killed in between leaves two, of which the next one takes both. Nothing is ever returned to the queue by hand:
/// RabbitMQ counts that, and drops a message that was looked at often.
package struct RestoreGuardQueue: Sendable {
    package let restoreGuards: [RestoreGuard]
    /// Of one installation: two that share a broker must not hide each other's.
    package let name: String
    private let messages: [QueueMessage]
    private let consumer: AMQPConsumer?
    private let publisher: AMQPPublisher

    /// How long the message of a program that was killed may take to come back.
    private static let patience = Duration.milliseconds(300)
    /// How long a message that is there may take to arrive.
    private static let limit = Duration.seconds(5)

    /// Takes what the queue of an installation holds. Nobody else may look meanwhile (``InstallationStore/alone(_:)``).
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

    /// Takes `count` messages, which are there.
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
            // Not "no restore guard": it is there, and was not seen.
            guard !more.isEmpty else { throw InstallationStore.Busy() }
            taken += more
        }
        return taken
    }

    /// Leaves one restore guard behind instead of those that were taken.
    package func replace(by restoreGuard: RestoreGuard) async throws {
        let outcomes = try await publisher.publish([Array(restoreGuard.encoded.utf8)], to: name)
        guard outcomes == [.confirmed] else { return }
        consumer?.acknowledge(messages.map(\.tag))
    }

    /// Leaves behind what was taken, after a look that changed nothing: a program that is refused and started again and
    /// again must not wear the restore guard out.
    package func putBack() async {
        guard let newest = restoreGuards.max(by: { $0.generation < $1.generation }) else { return }
        // Without a broker the message goes back by itself.
        try? await replace(by: newest)
    }

    /// Lets go of the broker; what was not replaced goes back to the queue.
    package func close() async {
        await consumer?.close()
        await publisher.close()
    }
}
