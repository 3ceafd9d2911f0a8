import CLinux
import Glibc
import Synchronization

/// Hands items from any thread to the one thread that owns a connection.
///
/// The eventfd is written only when the box was empty: a busy caller costs no system call.
final class BatchQueue<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var end: AMQPError?
    }

    /// Readable when something was posted since the last ``take(into:)``.
    let descriptor: Int32
    private let state = Mutex(State())

    init() throws(AMQPError) {
        descriptor = veredus_eventfd()
        guard descriptor >= 0 else {
            throw AMQPError(
                kind: .outOfMemory,
                call: "eventfd",
                reason: String(cString: strerror(errno)),
                remedy: "Raise the limit of open files"
            )
        }
    }

    deinit { Glibc.close(descriptor) }

    /// Leaves an item for the owner.
    ///
    /// - Returns: Why nobody will take it; `nil` when it was left.
    func post(_ item: Item) -> AMQPError? {
        let (wasEmpty, end) = state.withLock { state in
            guard state.end == nil else { return (false, state.end) }
            state.items.append(item)
            return (state.items.count == 1, nil)
        }
        if wasEmpty {
            var one: UInt64 = 1
            _ = write(descriptor, &one, 8)
        }
        return end
    }

    /// Swaps what was posted with `items`, which must be empty.
    func take(into items: inout [Item]) {
        // Emptied first: an item posted after the swap writes anew.
        var count: UInt64 = 0
        _ = read(descriptor, &count, 8)
        state.withLock { swap(&items, &$0.items) }
    }

    /// Takes no more items from now on, and returns those left.
    func end(because error: AMQPError) -> [Item] {
        state.withLock { state in
            state.end = state.end ?? error
            defer { state.items = [] }
            return state.items
        }
    }
}
