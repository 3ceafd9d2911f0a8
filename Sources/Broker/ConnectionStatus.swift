import Synchronization

/// A connection's status, for logs and metrics.
package struct ConnectionStatus: Sendable, Equatable {
    package internal(set) var isConnected = false
    /// Whether the broker blocks publishers (memory or disk alarm).
    package internal(set) var isBlocked = false
    /// The number of reconnects.
    package internal(set) var reconnects = 0
    /// The last reason for a loss or a failed attempt; kept after a reconnect.
    package internal(set) var lastError: String?
    /// The broker's version, such as `4.0.5`; `nil` before the first connection.
    package internal(set) var brokerVersion: String?
    /// Queues that exist without the argument that lifts the broker's delivery limit (``DeliveryLimit``).
    package internal(set) var limitedQueues: Set<String> = []
}

/// A connection's thread writes its status and notices here; others read it.
final class LinkBoard: Sendable {
    private let status = Mutex(ConnectionStatus())
    /// Called on the connection's thread, with one line of text; must return soon.
    let notice: @Sendable (String) -> Void

    init(notice: @escaping @Sendable (String) -> Void) { self.notice = notice }

    var current: ConnectionStatus { status.withLock { $0 } }

    func update(_ change: (inout ConnectionStatus) -> Void) { status.withLock { change(&$0) } }

    /// Reports once that a queue keeps the broker's delivery limit.
    func noteLimited(_ queue: String) {
        let version = status.withLock { status in
            status.limitedQueues.insert(queue).inserted ? status.brokerVersion ?? "" : nil
        }
        guard let version else { return }
        notice(DeliveryLimit.warning(queue, version: version))
    }
}
