import Synchronization

/// The memory of messages that are rendered and not recorded yet: at most `limit` bytes, and one message more.
///
/// Large messages are rendered when there is room for them; the usual ones are limited by their number long before.
final class RenderedBytes: Sendable {
    private struct State {
        var bytes = 0
        var waiter: CheckedContinuation<Void, Never>?
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

    /// Adds a message as soon as there is room; for one caller at a time.
    func add(_ bytes: Int) async {
        while !tryAdd(bytes) {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.bytes > 0, state.bytes + bytes > limit, !state.isClosed else { return true }
                    state.waiter = continuation
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
        let waiter = state.withLock { state in
            change(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }
}
