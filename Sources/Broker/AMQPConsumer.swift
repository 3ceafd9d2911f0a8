import Core
import RuntimeSupport

/// Takes messages from several queues, on a connection and a thread of its own.
///
/// Reconnects automatically, declares its queues on each connection, and consumes again after a queue was deleted.
/// Errors are ``AMQPError``.
package final class AMQPConsumer: JobSource {
    private let commandQueue: ThreadQueue<ConsumerCommand>
    private let arrivals: MessageQueue
    private let board: LinkBoard

    /// Starts the thread, which begins to connect; returns at once.
    ///
    /// - Parameters:
    ///   - broker: The broker.
    ///   - queues: At least one; declared durable, of the settings' type.
    ///   - prefetch: The most messages of each queue that are handed out and not acknowledged. The broker gives no limit
    ///     for the whole connection: quorum queues know no global one.
    ///   - notice: Receives each loss, reconnect and deleted queue, one line each, on the connection's thread.
    /// - Throws: Of kind `badSetting` when this cannot work with any broker.
    package init(
        _ broker: BrokerSettings,
        queues: [String],
        prefetch: UInt16,
        notice: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(AMQPError) {
        try broker.validate()
        for queue in queues { try BrokerSettings.validate(queue: queue) }
        guard !queues.isEmpty, Set(queues).count == queues.count, prefetch > 0 else {
            throw AMQPError(
                kind: .badSetting,
                call: "basic.consume",
                reason: "there are no queues, one is repeated, or the prefetch is 0 (unlimited)",
                remedy: "Name each queue once and use a prefetch of 1 to 65535"
            )
        }
        let commandQueue = try ThreadQueue<ConsumerCommand>()
        let board = LinkBoard(notice: notice)
        let watchdog = try WriteWatchdog(limit: broker.writeLimit)
        let arrivals = MessageQueue()
        self.commandQueue = commandQueue
        self.arrivals = arrivals
        self.board = board
        startThread(name: "amqp-consume") {
            let subscriptions = Subscriptions(queues: queues, prefetch: prefetch, broker: broker)
            ConsumerLoop(
                broker: broker,
                subscriptions: subscriptions,
                commandQueue: commandQueue,
                arrivals: arrivals,
                board: board
            )
            .run(watchdog)
        }
    }

    deinit { _ = commandQueue.post(.close(nil)) }

    /// The connection's status.
    package var status: ConnectionStatus { board.current }

    /// Waits for messages; throws `CancellationError` when the task is cancelled while nothing is there.
    package func next(limit: Int) async throws -> [QueueMessage] { try await arrivals.next(limit: limit) }

    package func acknowledge(_ tags: [JobTag]) {
        guard !tags.isEmpty else { return }
        _ = commandQueue.post(.acknowledge(tags))
    }

    package func giveBack(_ tags: [JobTag]) {
        guard !tags.isEmpty else { return }
        _ = commandQueue.post(.giveBack(tags))
    }

    package func stopTaking() { _ = commandQueue.post(.stopTaking) }

    /// Cancels the consumers and returns every unacknowledged message, those already returned by
    /// ``next(limit:)`` included: acknowledging them later does nothing. ``next(limit:)`` waits until ``resume()``.
    ///
    /// For when messages cannot be processed, as without a database. Returns at once.
    package func suspend() { _ = commandQueue.post(.suspend) }

    /// Consumes again after ``suspend()``.
    package func resume() { _ = commandQueue.post(.resume) }

    /// Stops taking, waits until the broker has the acknowledgements, and closes the connection; what is not
    /// acknowledged goes back to the queues.
    package func close() async {
        await withCheckedContinuation { continuation in
            guard commandQueue.post(.close(continuation)) != nil else { return }
            continuation.resume()
        }
    }
}

/// Requests of other threads to the consumer's.
enum ConsumerCommand: Sendable {
    case acknowledge([JobTag])
    case giveBack([JobTag])
    case stopTaking
    case suspend
    case resume
    case close(CheckedContinuation<Void, Never>?)
}
