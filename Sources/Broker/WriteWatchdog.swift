import CLinux
import Core
import Glibc
import RuntimeSupport
import Synchronization

/// Shuts a socket down when a single write on it takes too long.
///
/// `amqp_basic_publish` waits for ever for a broker that reads nothing (a memory alarm, a stopped process) and takes no
/// time limit; a shut socket makes it return. Looks a few times per limit from a thread of its own, which ends when
/// the watchdog is freed.
final class WriteWatchdog: Sendable {
    private let shared: Shared

    /// - Parameter limit: How long one guarded write may take, give or take a quarter.
    /// - Throws: When there are no file descriptors left.
    init(limit: Duration) throws(AMQPError) {
        let shared = Shared(limit: limit, stop: try ThreadQueue())
        self.shared = shared
        startThread(name: "amqp-watchdog") { shared.watch() }
    }

    deinit { _ = shared.stop.post(()) }

    /// Watches a socket from now on; `nil` before the socket is closed, whose number may be another's afterwards.
    func watch(_ descriptor: Int32?) { shared.descriptor.withLock { $0 = descriptor } }

    /// Records when a write begins.
    func begin() { shared.began.store(monotonicNow(), ordering: .relaxed) }

    /// Records its end.
    func end() { shared.began.store(0, ordering: .relaxed) }

    private final class Shared: Sendable {
        let limit: Duration
        let stop: ThreadQueue<Void>
        let descriptor = Mutex<Int32?>(nil)
        let began = Atomic<UInt64>(0)

        init(limit: Duration, stop: ThreadQueue<Void>) {
            self.limit = limit
            self.stop = stop
        }

        func watch() {
            var waits = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
            let pause = Int32(clamping: max(10, limit.milliseconds / 4))
            while poll(&waits, 1, pause) <= 0 {
                let began = began.load(ordering: .relaxed)
                guard began > 0, .nanoseconds(Int64(clamping: monotonicNow() &- began)) > limit else {
                    continue
                }
                descriptor.withLock { descriptor in
                    guard let descriptor else { return }
                    shutdown(descriptor, Int32(SHUT_RDWR))
                }
            }
        }
    }
}

extension Duration {
    /// In whole milliseconds, rounded up.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
