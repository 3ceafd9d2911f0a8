import Synchronization

/// The memory of messages that are rendered and not recorded yet: at most `limit` bytes, and one message more.
///
/// Large messages are rendered when there is room for them; the usual ones are limited by their number long before.
final class RenderedBytes: Sendable {
    private struct State {
        var bytes = 0
        var waiters: [(continuation: CheckedContinuation<Void, Never>, atMost: Int)] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// Adds a message if there is room, or nothing else is there.
    func tryAdd(_ bytes: Int) -> Bool {
        state.withLock { state in
            guard state.bytes == 0 || state.bytes + bytes <= limit || state.isClosed else { return false }
            state.bytes += bytes
            return true
        }
    }

    /// With how many bytes a message that waited goes on.
    func enough(for bytes: Int) -> Int { max(0, min(limit - bytes, limit - limit / 4)) }

    /// Adds a message once there is room for it, and a quarter of all room: more than one message at a time is then
    /// rendered, claimed and recorded.
    func add(_ bytes: Int) async {
        while !tryAdd(bytes) {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.bytes > enough(for: bytes), !state.isClosed else { return true }
                    state.waiters.append((continuation, enough(for: bytes)))
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    func remove(_ bytes: Int) { wake { $0.bytes -= bytes } }

    /// Nobody waits any more: the worker is stopping.
    func close() { wake { $0.isClosed = true } }

    private func wake(_ change: (inout State) -> Void) {
        let ready = state.withLock { state in
            change(&state)
            // Jobs that are new, and those whose contact changed, may wait at the same time.
            let enough = state.isClosed ? 0 : state.bytes
            let ready = state.waiters.filter { enough <= $0.atMost }
            state.waiters.removeAll { enough <= $0.atMost }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }
}
