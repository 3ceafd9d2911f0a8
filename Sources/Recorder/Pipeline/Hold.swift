import Core
import Database
import Synchronization

/// Events that the recorder has taken and not written, with their messages.
final class Hold: Sendable {
    /// The number of events, or messages, that triggers an early write.
    static let mostEvents = 50_000
    static let mostMessages = 1_500

    struct Batch: Sendable {
        var entries: [EventTotals.Entry] = []
        var tags: [JobTag] = []
        /// Of a newer version: to be returned.
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

    /// Empties it and returns the contents.
    func take() -> Batch {
        batch.withLock { batch in
            defer { batch = Batch() }
            return batch
        }
    }
}
