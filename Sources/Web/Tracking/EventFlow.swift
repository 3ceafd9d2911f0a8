import Core
import Logging
import ServiceLifecycle

/// Publishes opens and clicks to the recorder's queue, a few hundred in a message, with confirms.
///
/// Without a broker they wait in the bounded buffer. An unconfirmed message is published again with the same ids: the
/// recorder counts each once. When the program stops, the rest is published if the broker answers; otherwise it is lost
/// and logged.
struct EventFlow: Service {
    /// How often the buffer is checked.
    static let pause = Duration.seconds(1)
    /// Events in one message, and in one round.
    static let perMessage = 200
    static let perRound = 20_000

    let buffer: EventBuffer
    let publisher: any JobPublisher
    let log: Logger

    func run() async throws {
        var isDeclared = false
        var told = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: Self.pause) }
            await flush(isDeclared: &isDeclared, all: false)
            let dropped = buffer.dropped
            if dropped > told {
                log.error(
                    "opens and clicks were dropped: the buffer is full",
                    metadata: ["dropped": "\(dropped)", "waiting": "\(buffer.count)"]
                )
                told = dropped
            }
        }
        await flush(isDeclared: &isDeclared, all: true)
        if buffer.count > 0 {
            log.error("opens and clicks were lost: the broker was unavailable", metadata: ["lost": "\(buffer.count)"])
        }
    }

    /// Publishes the waiting events.
    ///
    /// - Parameters:
    ///   - isDeclared: Whether the queue was declared on this connection; reconnects declare it automatically.
    ///   - all: Whether to include events still held.
    func flush(isDeclared: inout Bool, all: Bool) async {
        while true {
            let entries = buffer.take(limit: Self.perRound, all: all)
            guard !entries.isEmpty else { return }
            let messages = Self.messages(entries)
            do {
                if !isDeclared {
                    try await publisher.declare([EventMessage.queue])
                    isDeclared = true
                }
                let outcomes = try await publisher.publish(messages.map { $0.encoded() }, to: EventMessage.queue)
                let refused = zip(messages, outcomes).filter { $0.1 != .confirmed }.map(\.0)
                guard refused.isEmpty else {
                    isDeclared = false
                    return buffer.putBack(refused.flatMap(EventBuffer.Entry.of))
                }
            } catch {
                log.warning(
                    "opens and clicks are waiting for the broker",
                    metadata: ["why": "\(error)", "waiting": "\(entries.count)"]
                )
                return buffer.putBack(entries)
            }
        }
    }

    /// By hour; within a message ordered by their random ids, which hide the order of arrival.
    private static func messages(_ entries: [EventBuffer.Entry]) -> [EventMessage] {
        Dictionary(grouping: entries, by: \.hour).sorted { $0.key < $1.key }.flatMap { hour, entries in
            stride(from: 0, to: entries.count, by: perMessage).map { start in
                EventMessage(hour: hour, events: entries[start...].prefix(perMessage).map(\.event))
            }
        }
    }
}

extension EventBuffer.Entry {
    fileprivate static func of(_ envelope: EventMessage) -> [Self] {
        envelope.events.map { Self(hour: envelope.hour, event: $0) }
    }
}
