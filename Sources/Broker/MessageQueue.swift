import Core
import RuntimeSupport
import Synchronization

/// Passes messages from the consumer's thread to waiting tasks.
final class MessageQueue: Sendable {
    private let messages = BatchQueue<QueueMessage>()
    /// Why nothing more arrives; `nil` when it was asked for.
    private let failure = Mutex<AMQPError?>(nil)

    func next(limit: Int) async throws -> [QueueMessage] {
        precondition(limit > 0, "a limit of no messages")
        let taken = await messages.takeUnlessCancelled(atMost: limit)
        guard taken.isEmpty else { return taken }
        if let failure = failure.withLock({ $0 }) { throw failure }
        guard messages.isClosed else { throw CancellationError() }
        return []
    }

    /// Leaves messages, which are moved out of `arrived`.
    func put(_ arrived: inout [QueueMessage]) {
        messages.append(arrived)
        arrived.removeAll(keepingCapacity: true)
    }

    /// Drops the messages not taken: the broker has them again.
    func clear() { _ = messages.takeNow(atMost: .max) }

    /// Ends the waits once all messages are taken: with nothing, or with an error. Called by the consumer's thread alone.
    func end(_ error: AMQPError?) {
        guard !messages.isClosed else { return }
        failure.withLock { $0 = error }
        messages.close()
    }
}
