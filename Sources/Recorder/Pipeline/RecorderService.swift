import Core
import Database
import Glibc
import Logging
import RuntimeSupport
import ServiceLifecycle

/// Where opens and clicks are written; the other side of the border is PostgreSQL, or a fake in tests.
protocol EventStore: Sendable {
    /// Enters a batch, all of it or nothing; safe to repeat.
    ///
    /// `now`: Seconds since 1970.
    func record(_ entries: [EventTotals.Entry], now: Double) async throws -> EventTotals.Receipt

    /// Whether the store answers; throws why not.
    func check() async throws
}

extension EventTotals: EventStore {}

/// Takes opens and clicks from the queue and writes them, sorted, at most once in `flush`.
///
/// Messages are acknowledged when the transaction that counts them has committed; what comes twice is known by its id.
/// Earlier than in time it writes only when its memory's bound is reached, and once when it stops. Without a database it
/// gives everything back and waits: nobody holds a message while it waits.
struct RecorderService: Service {
    let source: any JobSource
    let totals: any EventStore
    let deadLetters: EventDeadLetters
    let flush: Duration
    let hold = Hold()
    /// Seconds since 1970.
    var clock: @Sendable () -> Double = { Double(time(nil)) }
    let log: Logger

    /// How often it looks whether it is time.
    private static let look = Duration.milliseconds(100)

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await take() }
                group.addTask { try await write() }
                defer { group.cancelAll() }
                // The first to end: an error, or the source when it was stopped and everything has been taken.
                try await group.next()
            }
        } onGracefulShutdown: {
            source.stopTaking()
        }
        // What is left; without a database it goes back with the connection.
        do {
            try await settle(hold.take())
        } catch let error where error.isTransientFailure {
            log.warning("opens and clicks were returned to the queue", metadata: ["why": "\(error)"])
        }
    }

    /// Fills the hold until the source ends.
    private func take() async throws {
        while true {
            // The broker hands out no more than the prefetch; what is there is bounded by it.
            let messages = try await source.next(limit: 256)
            guard !messages.isEmpty else { return }
            for message in messages {
                do throws(EventMessage.Unreadable) {
                    hold.add(try EventMessage(decoding: message.body), message.tag)
                } catch {
                    try await settleUnreadable(message, error)
                }
            }
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

    /// Runs a step; when the database is away, gives all messages back and waits until it answers.
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
