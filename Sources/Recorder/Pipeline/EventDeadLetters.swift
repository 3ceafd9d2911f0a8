import Core
import Logging
import Synchronization

/// Dead-letters messages that this program cannot read: a row with the reason, then a message for the broker's own
/// tools, as workers do with jobs.
final class EventDeadLetters: Sendable {
    static let queue = "dead-letters"
    /// The maximum to track: others wait for their turn.
    private static let most = 1_000

    private let store: any DeadLetterStore
    private let publisher: any JobPublisher
    private let name: String
    /// How long a newer message waits for a newer recorder.
    private let grace: Duration
    private let clock: @Sendable () -> ContinuousClock.Instant
    private let log: Logger
    private let seen = Mutex<[[UInt8]: ContinuousClock.Instant]>([:])

    /// - Parameters:
    ///   - store: Stores the row.
    ///   - publisher: Publishes the copy.
    ///   - name: This program's name, for the row.
    ///   - grace: How long a newer message waits for a newer recorder.
    ///   - clock: The clock for `grace`.
    ///   - log: Receives failures to publish the copy.
    init(
        store: any DeadLetterStore,
        publisher: any JobPublisher,
        name: String,
        grace: Duration,
        clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        log: Logger
    ) {
        self.store = store
        self.publisher = publisher
        self.name = name
        self.grace = grace
        self.clock = clock
        self.log = log
    }

    /// Dead-letters a message, unless it still waits for a newer recorder.
    ///
    /// - Returns: Whether it was dead-lettered; if not, return it to the queue.
    func deadLetter(_ message: QueueMessage, _ error: EventMessage.Unreadable) async throws -> Bool {
        let reason: DeadLetter.Reason
        let detail: String
        switch error {
        case .tooNew(let version):
            guard isOverdue(message.body) else { return false }
            reason = .tooNew
            detail =
                "events of version \(version); this recorder reads \(EventMessage.version), and no newer one took them"
        case .malformed(let line):
            reason = .undecodable
            detail = "not events: line \(line) cannot be read"
        }
        try await store.deadLetter(
            DeadLetter(key: nil, reason: reason, detail: detail, queue: message.queue, envelope: message.body),
            worker: name
        )
        // The row counts: without a broker only the copy for its own tools is missing.
        do {
            try await publisher.declare([Self.queue])
            _ = try await publisher.publish([message.body], to: Self.queue)
        } catch {
            log.warning("a dead letter is not in the queue \(Self.queue)", metadata: ["why": "\(error)"])
        }
        return true
    }

    private func isOverdue(_ body: [UInt8]) -> Bool {
        let now = clock()
        return seen.withLock { seen in
            guard let since = seen[body] else {
                if seen.count < Self.most { seen[body] = now }
                return false
            }
            guard now - since >= grace else { return false }
            seen[body] = nil
            return true
        }
    }
}
