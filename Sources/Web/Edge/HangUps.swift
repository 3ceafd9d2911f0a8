import NIOCore
import Synchronization

/// Tracks connections that the client has closed: a half-closed one is still active to its channel.
///
/// A client that half-closes after its request may still read; for long work it counts as gone.
final class HangUps: Sendable {
    static let shared = HangUps()

    private let closed = Mutex<Set<ObjectIdentifier>>([])

    func note(_ channel: any Channel) { closed.withLock { _ = $0.insert(ObjectIdentifier(channel)) } }

    /// The channel is closing, and its identity may be reused.
    func forget(_ channel: any Channel) { closed.withLock { _ = $0.remove(ObjectIdentifier(channel)) } }

    func isGone(_ channel: any Channel) -> Bool {
        !channel.isActive || closed.withLock { $0.contains(ObjectIdentifier(channel)) }
    }
}
