import Foundation

/// Blocks a thread until another signals.
final class ThreadGate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    func signal() { semaphore.signal() }
    func wait() { semaphore.wait() }
}
