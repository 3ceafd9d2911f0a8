import NIOCore
import Synchronization

/// Which connections the other end has closed, as far as it is known: a half-closed one is still active to its channel.
///
/// Who has sent a request and closes the sending side reads on at best; for work that takes long that counts as gone.
final class HangUps: Sendable {
    static let shared = HangUps()

    private let closed = Mutex<Set<ObjectIdentifier>>([])

    func note(_ channel: any Channel) { closed.withLock { _ = $0.insert(ObjectIdentifier(channel)) } }

    /// The channel is going away, and its identity may be another one's soon.
    func forget(_ channel: any Channel) { closed.withLock { _ = $0.remove(ObjectIdentifier(channel)) } }

    func isGone(_ channel: any Channel) -> Bool {
        !channel.isActive || closed.withLock { $0.contains(ObjectIdentifier(channel)) }
    }
}
