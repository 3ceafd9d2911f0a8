import ServiceLifecycle
import Synchronization

/// Announces a stop to the load balancer first, and to the server some seconds later.
///
/// It is last in the group, so it stops first, and the server listens until it has ended.
final class Drain: Service {
    private let draining = Mutex(false)
    private let seconds: Double

    /// - Parameter seconds: How long `/readyz` fails before the server stops listening.
    init(seconds: Double) { self.seconds = seconds }

    var isDraining: Bool { draining.withLock { $0 } }

    func run() async throws {
        try? await gracefulShutdown()
        draining.withLock { $0 = true }
        try? await Task.sleep(for: .seconds(seconds))
    }
}
