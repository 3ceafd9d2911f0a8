import CLinux
import Core
import Glibc
import RuntimeSupport

/// Keeps one connection up: connects, serves it, waits with back-off when it is lost, reconnects.
///
/// Blocks the calling thread, which owns the connection. A permanent error ends it.
struct Reconnector {
    let broker: BrokerSettings
    let purpose: String
    let board: LinkBoard
    let watchdog: WriteWatchdog

    /// Serves connections until one of them was served to its end.
    ///
    /// - Parameters:
    ///   - serve: Works on a connection; returns when the work is done, throws when the connection is lost.
    ///   - lost: Called at each loss, before the wait.
    ///   - pause: Waits until a moment of ``monotonicNow()``; returns `false` to end it all.
    /// - Throws: An error that is not transient.
    func run(
        serve: (borrowing ConnectionHandle) throws(AMQPError) -> Void,
        lost: (AMQPError) -> Void,
        pause: (_ until: UInt64) -> Bool
    ) throws(AMQPError) {
        var backoff = Backoff(first: broker.firstPause, longest: broker.longestPause)
        var connections = 0
        while true {
            var connectedAt: UInt64?
            do throws(AMQPError) {
                let connection = try ConnectionHandle.open(broker, purpose: purpose, watchdog: watchdog)
                connectedAt = monotonicNow()
                board.update { status in
                    status.isConnected = true
                    status.brokerVersion = connection.serverVersion
                    status.reconnects = connections
                }
                if connections > 0 { board.notice("connected to \(broker.address) again (\(purpose))") }
                connections += 1
                try serve(connection)
                board.update { $0.isConnected = false }
                return
            } catch {
                board.update { status in
                    status.isConnected = false
                    status.isBlocked = false
                    status.lastError = error.description
                }
                lost(error)
                guard error.isTransient else { throw error }
                // A connection that breaks at once is not a success.
                if let connectedAt, monotonicNow() - connectedAt > broker.longestPause.nanoseconds {
                    backoff.reset()
                }
                let wait = backoff.next(fraction: .random(in: 0..<1))
                board.notice("\(error) (\(purpose); next attempt in \(wait.milliseconds) ms)")
                guard pause(monotonicNow() + wait.nanoseconds) else { return }
            }
        }
    }
}

/// Waits until a socket or the command queue has something, at most until `deadline`.
///
/// - Parameters:
///   - socket: `-1` for none.
///   - commandQueue: The descriptor of a ``ThreadQueue``.
///   - deadline: Of ``monotonicNow()``.
///   - writable: Whether to wake also when the socket can be written to.
func waitForWork(socket: Int32, commandQueue: Int32, until deadline: UInt64, writable: Bool = false) {
    var descriptors = (
        pollfd(fd: commandQueue, events: Int16(POLLIN), revents: 0),
        pollfd(fd: socket, events: Int16(writable ? POLLIN | POLLOUT : POLLIN), revents: 0)
    )
    let now = monotonicNow()
    let wait = deadline <= now ? 0 : Int32(clamping: (deadline - now + 999_999) / 1_000_000)
    withUnsafeMutablePointer(to: &descriptors) { pointer in
        // A tuple of two of the same type lies in memory as an array of two does.
        _ = pointer.withMemoryRebound(to: pollfd.self, capacity: 2) { poll($0, 2, wait) }
    }
}
