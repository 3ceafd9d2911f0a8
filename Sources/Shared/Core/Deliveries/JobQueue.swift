/// Names one unacknowledged message on one connection; useless on the next connection.
package struct JobTag: Hashable, Sendable {
    /// Which connection, counted from 1 by the adapter: a tag of an older one is dropped, never sent (406 closes the
    /// channel).
    package let epoch: UInt32
    /// AMQP's delivery tag.
    package let tag: UInt64

    package init(epoch: UInt32, tag: UInt64) {
        self.epoch = epoch
        self.tag = tag
    }
}

/// One message taken from a queue, not acknowledged yet.
package struct QueueMessage: Sendable {
    package let body: [UInt8]
    package let tag: JobTag
    /// Whether the broker handed it out before.
    package let isRedelivered: Bool
    /// The queue it came from.
    package let queue: String

    package init(body: [UInt8], tag: JobTag, isRedelivered: Bool, queue: String) {
        self.body = body
        self.tag = tag
        self.isRedelivered = isRedelivered
        self.queue = queue
    }
}

/// Takes jobs; RabbitMQ, or a fake in tests.
package protocol JobSource: Sendable {
    /// Waits for at least one message and returns all there are, at most `limit`.
    ///
    /// - Returns: Empty once ``stopTaking()`` was called and what had arrived is handed out.
    /// - Throws: Only permanent errors (refused login, refused topology).
    func next(limit: Int) async throws -> [QueueMessage]

    /// Acknowledges, in batches; returns at once. Tags of an older connection are dropped.
    func acknowledge(_ tags: [JobTag])

    /// Returns messages to the queue; returns at once.
    func giveBack(_ tags: [JobTag])

    /// Cancels the consumers: the broker hands out nothing more.
    func stopTaking()

    /// Gives everything unacknowledged back and takes nothing until ``resume()``: nobody holds a job while it waits.
    func suspend()

    /// Takes again after ``suspend()``.
    func resume()
}

/// The outcome of one publish.
package enum PublishOutcome: Sendable, Equatable {
    /// The broker confirmed that it is in its queue.
    case confirmed
    /// No queue for it (a `mandatory` return), a nack, or the connection went away first: take it as not published.
    case refused(reason: String)
}

/// Publishes jobs with confirms; RabbitMQ, or a fake in tests.
package protocol JobPublisher: Sendable {
    /// Publishes persistent messages to one queue and waits until each is confirmed or refused.
    ///
    /// - Returns: One outcome a body, in order.
    /// - Throws: When there is no connection, or the broker blocks publishers; nothing is known to be published then.
    func publish(_ bodies: [[UInt8]], to queue: String) async throws -> [PublishOutcome]

    /// How many messages are ready in a queue, exactly: a passive `queue.declare`.
    func depth(of queue: String) async throws -> Int

    /// Declares durable queues; safe to repeat.
    func declare(_ queues: [String]) async throws
}
