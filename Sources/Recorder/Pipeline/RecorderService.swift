import Core
import Database
import Glibc
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Writes opens and clicks to PostgreSQL, or to a fake in tests.
protocol EventStore: Sendable {
    /// Writes a batch, all or nothing; safe to repeat.
    ///
    /// `now`: Seconds since 1970.
    func record(_ entries: [EventTotals.Entry], now: Double) async throws -> EventTotals.Receipt

    /// Checks that the store answers; throws if not.
    func check() async throws
}

extension EventTotals: EventStore {}

/// Takes opens and clicks from the queue and writes them, sorted, at most once in `flush`.
///
/// Messages are acknowledged after the transaction that counts them has committed; ids identify duplicates. It writes
/// earlier only when its memory limit is reached, and when it stops. Without a database it returns all messages and
/// waits.
struct RecorderService: Service {
    let source: any JobSource
    let totals: any EventStore
    let deadLetters: EventDeadLetters
    let publisher: any JobPublisher
    let flush: Duration
    let hold = Hold()
    /// Seconds since 1970.
    var clock: @Sendable () -> Double = { Double(time(nil)) }
    let log: Logger

    /// The interval of the timer.
    private static let look = Duration.milliseconds(100)

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await take() }
                group.addTask { try await write() }
                defer { group.cancelAll() }
                // The first to end: an error, or the source after it was stopped and drained.
                try await group.next()
            }
        } onGracefulShutdown: {
            source.stopTaking()
        }
        // The rest; without a database it returns with the connection.
        do {
            try await settle(hold.take())
        } catch let error where error.isTransientFailure {
            log.warning("opens and clicks were returned to the queue", metadata: ["why": "\(error)"])
        }
    }

    /// Fills the hold until the source ends.
    private func take() async throws {
        while true {
            // The prefetch limits unacknowledged messages, so the rest is bounded.
            let messages = try await source.next(limit: 256)
            guard !messages.isEmpty else { return }
            for message in await renew(messages) {
                do throws(EventMessage.Unreadable) {
                    hold.add(try EventMessage(decoding: message.body), message.tag)
                } catch {
                    try await settleUnreadable(message, error)
                }
            }
        }
    }

    /// Publishes redelivered messages again and acknowledges the old copies.
    ///
    /// A quorum queue may drop a message after a number of deliveries (20 in RabbitMQ 4). Each copy has its own count, so
    /// after a crash it starts over. Events have ids, so two copies count once.
    ///
    /// - Returns: The messages that still have to be read.
    private func renew(_ messages: [QueueMessage]) async -> [QueueMessage] {
        let old = messages.filter(\.isRedelivered)
        guard !old.isEmpty else { return messages }
        do {
            let outcomes = try await publisher.publish(old.map(\.body), to: EventMessage.queue)
            let renewed = zip(old, outcomes).filter { $0.1 == .confirmed }.map(\.0.tag)
            source.acknowledge(renewed)
            log.notice("events that came back were published again", metadata: ["messages": "\(renewed.count)"])
            let gone = Set(renewed)
            return messages.filter { !gone.contains($0.tag) }
        } catch {
            log.warning("events that came back could not be published again", metadata: ["why": "\(error)"])
            return messages
        }
    }

    private func write() async throws {
        var due = ContinuousClock.now + flush
        while true {
            try await Task.sleep(for: Self.look)
            guard ContinuousClock.now >= due || hold.isFull else { continue }
            try await waitingForDatabase { try await settle(hold.take()) }
            due = .now + flush
        }
    }

    /// Writes a batch, then acknowledges it.
    private func settle(_ batch: Hold.Batch) async throws {
        source.giveBack(batch.unsupported)
        guard !batch.tags.isEmpty else { return }
        let receipt = try await totals.record(batch.entries, now: clock())
        source.acknowledge(batch.tags)
        log.info(
            "opens and clicks recorded",
            metadata: [
                "counted": "\(receipt.counted)", "repeated": "\(receipt.repeated)", "late": "\(receipt.late)",
                "untracked": "\(receipt.untracked)", "evidence": "\(receipt.evidence)",
            ]
        )
    }

    private func settleUnreadable(_ message: QueueMessage, _ error: EventMessage.Unreadable) async throws {
        do {
            if try await deadLetters.deadLetter(message, error) {
                source.acknowledge([message.tag])
            } else {
                hold.add(unsupported: message.tag)
            }
        } catch let error where error.isTransientFailure {
            log.warning("an unreadable message is waiting for the database", metadata: ["why": "\(error)"])
            hold.add(unsupported: message.tag)
        }
    }

    /// Runs a step; without the database it returns all messages and waits.
    private func waitingForDatabase(_ step: () async throws -> Void) async throws {
        do {
            try await step()
        } catch let error where error.isTransientFailure {
            log.warning("taking no events until the database answers", metadata: ["why": "\(error)"])
            source.suspend()
            _ = hold.take()
            var backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
            while true {
                try await Task.sleep(for: backoff.next())
                do {
                    try await totals.check()
                    break
                } catch let error where error.isTransientFailure {}
            }
            source.resume()
        }
    }
}
