import Core
import RuntimeSupport

/// Publishes persistent messages with confirms, on a connection and a thread of its own.
///
/// Apart from consumers, because under a memory alarm RabbitMQ stops reading from a connection that publishes, acks
/// included. Reconnects automatically; a message is published at most once per call: unconfirmed messages of a lost
/// connection come back `refused`, though they may be in the queue.
///
/// Errors are ``AMQPError``; after one that is not transient nothing works any more. Cancelling the caller's task
/// does not cut a wait short: `patience` and `answerLimit` of the settings do.
package final class AMQPPublisher: JobPublisher {
    private let commandQueue: ThreadQueue<PublisherCommand>
    private let board: LinkBoard

    /// Starts the thread, which begins to connect; returns at once.
    ///
    /// - Parameters:
    ///   - broker: The broker.
    ///   - window: The most messages that wait for their confirm.
    ///   - notice: Receives each loss, reconnect and block, one line each, on the connection's thread.
    /// - Throws: Of kind `badSetting` when this cannot work with any broker.
    package init(
        _ broker: BrokerSettings,
        window: Int = 4_096,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(AMQPError) {
        try broker.validate()
        let commandQueue = try ThreadQueue<PublisherCommand>()
        let board = LinkBoard(notice: notice)
        let watchdog = try WriteWatchdog(limit: broker.writeLimit)
        self.commandQueue = commandQueue
        self.board = board
        startThread(name: "amqp-publish") {
            PublisherLoop(broker: broker, window: window, commandQueue: commandQueue, board: board).run(watchdog)
        }
    }

    deinit { _ = commandQueue.post(.close(nil)) }

    /// The connection's status.
    package var status: ConnectionStatus { board.current }

    /// Publishes to the queue of that name.
    ///
    /// - Returns: One outcome a body, in order.
    /// - Throws: When the broker blocks publishers, at once; when there is no connection, after `patience`.
    package func publish(_ bodies: [[UInt8]], to queue: String) async throws -> [PublishOutcome] {
        guard !bodies.isEmpty else { return [] }
        try BrokerSettings.validate(queue: queue)
        return try await withCheckedThrowingContinuation { continuation in
            let order = PublishOrder(bodies: bodies, queue: queue, continuation: continuation)
            guard let error = commandQueue.post(.publish(order)) else { return }
            continuation.resume(throwing: error)
        }
    }

    /// How many messages are ready in a queue.
    ///
    /// - Throws: Of kind `missingQueue` when there is no such queue.
    package func depth(of queue: String) async throws -> Int { try await ask(.depth, queue) }

    /// Declares durable queues of the settings' type, now and after each reconnect.
    ///
    /// - Throws: Of kind `topologyMismatch` when a queue exists with other properties.
    package func declare(_ queues: [String]) async throws {
        for queue in queues { _ = try await ask(.declare, queue) }
    }

    /// Waits for publishes in progress, within their time limits, and closes the connection.
    package func close() async {
        await withCheckedContinuation { continuation in
            guard commandQueue.post(.close(continuation)) != nil else { return }
            continuation.resume()
        }
    }

    private func ask(_ question: QueueQuestion, _ queue: String) async throws -> Int {
        try BrokerSettings.validate(queue: queue)
        return try await withCheckedThrowingContinuation { continuation in
            guard let error = commandQueue.post(.ask(question, queue, continuation)) else { return }
            continuation.resume(throwing: error)
        }
    }
}

/// Requests of other threads to the publisher's.
enum PublisherCommand: Sendable {
    case publish(PublishOrder)
    case ask(QueueQuestion, String, CheckedContinuation<Int, any Error>)
    case close(CheckedContinuation<Void, Never>?)
}

/// One call of ``AMQPPublisher/publish(_:to:)``.
struct PublishOrder: Sendable {
    let bodies: [[UInt8]]
    let queue: String
    let continuation: CheckedContinuation<[PublishOutcome], any Error>
}

/// A question about a queue; both are answered with its number of ready messages.
enum QueueQuestion: Sendable {
    case depth, declare
}
