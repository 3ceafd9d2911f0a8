import Core

/// The publishes of one connection: unsent, unconfirmed, and the callers waiting for them.
///
/// No IO; the loop sends what ``next()`` names and reports the broker's frames.
struct PublishLedger {
    /// One publish call.
    struct Batch {
        let order: PublishOrder
        let queue: [UInt8]
        /// Filled in as the confirms come.
        var outcomes: [PublishOutcome]
        /// Bodies without an outcome.
        var left: Int
        /// Bodies sent; the first has number `firstTag`.
        var sent = 0
        var firstTag: UInt64 = 0
        /// When it is given up, of ``monotonicNow()``.
        var deadline: UInt64

        func index(of tag: UInt64) -> Int? {
            tag >= firstTag && tag - firstTag < UInt64(sent) ? Int(tag - firstTag) : nil
        }
    }

    private(set) var batches: [Batch] = []
    private(set) var window: ConfirmWindow
    private let capacity: Int

    init(window capacity: Int) {
        self.capacity = capacity
        window = ConfirmWindow(capacity: capacity)
    }

    var isEmpty: Bool { batches.isEmpty }

    /// The soonest deadline.
    var deadline: UInt64? { batches.lazy.map(\.deadline).min() }

    /// The first batch with bodies to send, if the window has room.
    var sendable: Int? {
        guard window.hasRoom else { return nil }
        return batches.firstIndex { $0.sent < $0.order.bodies.count }
    }

    mutating func add(_ order: PublishOrder, deadline: UInt64) {
        batches.append(
            Batch(
                order: order,
                queue: Array(order.queue.utf8),
                outcomes: Array(repeating: .confirmed, count: order.bodies.count),
                left: order.bodies.count,
                deadline: deadline
            )
        )
    }

    /// Takes the next body of a batch as sent.
    ///
    /// - Returns: Its number on the channel and its place in the batch; `nil` when the window or the batch is at its end.
    @inline(__always)
    mutating func send(from batch: Int) -> (tag: UInt64, index: Int)? {
        let index = batches[batch].sent
        guard window.hasRoom, index < batches[batch].order.bodies.count else { return nil }
        let tag = window.open()
        if index == 0 { batches[batch].firstTag = tag }
        batches[batch].sent += 1
        return (tag, index)
    }

    /// Takes a confirm, or a refusal with its reason; the deadlines of the batches it is about move on.
    mutating func settle(_ tag: UInt64, multiple: Bool, refusal: String? = nil, deadline: UInt64) {
        window.settle(tag, multiple: multiple) { tag in
            for batch in batches.indices {
                guard let index = batches[batch].index(of: tag) else { continue }
                batches[batch].left -= 1
                batches[batch].deadline = max(batches[batch].deadline, deadline)
                if let refusal { batches[batch].outcomes[index] = .refused(reason: refusal) }
                return
            }
        }
    }

    /// Takes a `mandatory` return; its confirm is still to come.
    mutating func refuse(_ tag: UInt64, _ reason: String) {
        for batch in batches.indices {
            guard let index = batches[batch].index(of: tag) else { continue }
            batches[batch].outcomes[index] = .refused(reason: reason)
        }
    }

    /// Brings all deadlines forward.
    mutating func hurry(to deadline: UInt64) {
        for batch in batches.indices { batches[batch].deadline = min(batches[batch].deadline, deadline) }
    }

    /// Answers the batches that have all their outcomes.
    mutating func answerSettled() {
        guard batches.contains(where: { $0.left == 0 }) else { return }
        batches.removeAll { batch in
            guard batch.left == 0 else { return false }
            batch.order.continuation.resume(returning: batch.outcomes)
            return true
        }
    }

    /// Gives up the batches whose time has come: `error` for one of which nothing was sent, else its outcomes.
    mutating func giveUp(at now: UInt64, because error: (Batch) -> AMQPError) {
        let waiting = window
        batches.removeAll { batch in
            guard batch.deadline <= now else { return false }
            Self.end(batch, error(batch), waiting)
            return true
        }
    }

    /// Gives up the batches of which nothing was sent.
    mutating func giveUpUnsent(because error: AMQPError) {
        batches.removeAll { batch in
            guard batch.sent == 0 else { return false }
            batch.order.continuation.resume(throwing: error)
            return true
        }
    }

    /// Begins again on a new connection: what was begun has its outcome now, what was not waits on.
    mutating func loseConnection(_ error: AMQPError, keepUnsent: Bool, deadline: UInt64) {
        let waiting = window
        window = ConfirmWindow(capacity: capacity)
        batches.removeAll { batch in
            guard batch.sent > 0 || !keepUnsent else { return false }
            Self.end(batch, error, waiting)
            return true
        }
        hurry(to: deadline)
    }

    private static func end(_ batch: Batch, _ error: AMQPError, _ window: ConfirmWindow) {
        guard batch.sent > 0 else { return batch.order.continuation.resume(throwing: error) }
        var outcomes = batch.outcomes
        for index in outcomes.indices {
            guard index >= batch.sent || window.isOutstanding(batch.firstTag + UInt64(index)) else { continue }
            outcomes[index] = .refused(reason: error.description)
        }
        batch.order.continuation.resume(returning: outcomes)
    }
}
