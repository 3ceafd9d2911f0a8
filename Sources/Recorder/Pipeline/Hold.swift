import Core
import Database
import Synchronization

/// What the recorder has taken and not written: opens and clicks with the messages that brought them.
final class Hold: Sendable {
    /// So many events, or messages, are written before the time is over.
    static let mostEvents = 50_000
    static let mostMessages = 1_500

    struct Batch: Sendable {
        var entries: [EventTotals.Entry] = []
        var tags: [JobTag] = []
        /// Of a newer version: to be given back.
        var unsupported: [JobTag] = []
    }

    private let batch = Mutex(Batch())

    func add(_ envelope: EventMessage, _ tag: JobTag) {
        batch.withLock { batch in
            batch.entries += envelope.events.map { EventTotals.Entry(hour: envelope.hour, event: $0) }
            batch.tags.append(tag)
        }
    }

    func add(unsupported tag: JobTag) { batch.withLock { $0.unsupported.append(tag) } }

    var isFull: Bool {
        batch.withLock {
            $0.entries.count >= Self.mostEvents || $0.tags.count + $0.unsupported.count >= Self.mostMessages
        }
    }

    /// Takes all of it out.
    func take() -> Batch {
        batch.withLock { batch in
            defer { batch = Batch() }
            return batch
        }
    }
}
