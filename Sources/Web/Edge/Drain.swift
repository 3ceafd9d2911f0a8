import ServiceLifecycle
import Synchronization

/// Tells the load balancer first, and the server some seconds later, that the program stops.
///
/// It stands last in the group, so that it is asked to stop first, and the server listens until it has ended.
final class Drain: Service {
    private let draining = Mutex(false)
    private let seconds: Double

    /// - Parameter seconds: How long `/readyz` says no before the server closes its door.
    init(seconds: Double) { self.seconds = seconds }

    var isDraining: Bool { draining.withLock { $0 } }

    func run() async throws {
        try? await gracefulShutdown()
        draining.withLock { $0 = true }
        try? await Task.sleep(for: .seconds(seconds))
    }
}
