import Glibc
import RuntimeSupport
import Synchronization

/// Passes items from any thread to the thread that owns a connection.
///
/// The eventfd is written only when the box was empty: a busy caller costs no system call.
final class ThreadQueue<Item: Sendable>: Sendable {
    private struct State {
        var items: [Item] = []
        var end: AMQPError?
    }

    /// Readable when something was posted since the last ``take(into:)``.
    var descriptor: Int32 { wakeup.descriptor }
    private let wakeup: Wakeup
    private let state = Mutex(State())

    init() throws(AMQPError) {
        guard let wakeup = Wakeup() else {
            throw AMQPError(
                kind: .outOfMemory,
                call: "eventfd",
                reason: String(cString: strerror(errno)),
                remedy: "Raise the limit of open files"
            )
        }
        self.wakeup = wakeup
    }

    /// Leaves an item for the owner.
    ///
    /// - Returns: Why it was refused; `nil` on success.
    func post(_ item: Item) -> AMQPError? {
        let (wasEmpty, end) = state.withLock { state in
            guard state.end == nil else { return (false, state.end) }
            state.items.append(item)
            return (state.items.count == 1, nil)
        }
        if wasEmpty { wakeup.signal() }
        return end
    }

    /// Swaps what was posted with `items`, which must be empty.
    func take(into items: inout [Item]) {
        // Emptied first: an item posted after the swap writes again.
        wakeup.clear()
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
