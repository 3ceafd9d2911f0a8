import Synchronization

/// How a connection stands, for logs and metrics.
package struct ConnectionStatus: Sendable, Equatable {
    package internal(set) var isConnected = false
    /// Whether the broker holds publishers back (memory or disk alarm).
    package internal(set) var isBlocked = false
    /// How often the connection was made anew.
    package internal(set) var reconnects = 0
    /// The last reason for which it was lost or could not be made; stays after a reconnect.
    package internal(set) var lastError: String?
}

/// Where the thread of a connection writes its status, others read it, and notices go out.
final class LinkBoard: Sendable {
    private let status = Mutex(ConnectionStatus())
    /// Called on the connection's thread, with one line of text; must return soon.
    let notice: @Sendable (String) -> Void

    init(notice: @escaping @Sendable (String) -> Void) { self.notice = notice }

    var current: ConnectionStatus { status.withLock { $0 } }

    func update(_ change: (inout ConnectionStatus) -> Void) { status.withLock { change(&$0) } }
}
