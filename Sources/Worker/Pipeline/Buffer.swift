import Synchronization

/// Hands elements from one step to the next: many writers, one reader.
///
/// Not bounded by itself: what may be in it is bounded by the broker's prefetch, or by the slots in flight.
final class Buffer<Element: Sendable>: Sendable {
    private struct State {
        var elements: [Element] = []
        var isClosed = false
        var reader: CheckedContinuation<Void, Never>?
        /// How many elements are worth waking the reader for.
        var wanted = 1
        /// Whether the reader's patience is over.
        var isOver = false
    }

    private let state = Mutex(State())

    /// How many wait.
    var count: Int { state.withLock { $0.elements.count } }

    func append(_ more: [Element]) {
        guard !more.isEmpty else { return }
        let reader = state.withLock { state in
            state.elements.append(contentsOf: more)
            return state.elements.count >= state.wanted ? state.reader.take() : nil
        }
        reader?.resume()
    }

    /// Lets the reader end once it has taken what is there.
    func close() {
        let reader = state.withLock { state in
            state.isClosed = true
            return state.reader.take()
        }
        reader?.resume()
    }

    /// Waits for at least one element, and takes at most `limit` of the oldest; empty once closed and drained.
    func take(atMost limit: Int) async -> [Element] {
        while true {
            let taken: [Element]? = state.withLock { state in
                guard !state.elements.isEmpty else { return state.isClosed ? [] : nil }
                guard state.elements.count > limit else {
                    defer { state.elements.removeAll(keepingCapacity: true) }
                    return state.elements
                }
                defer { state.elements.removeFirst(limit) }
                return Array(state.elements[..<limit])
            }
            if let taken { return taken }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard state.elements.isEmpty, !state.isClosed else { return true }
                    state.reader = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Waits until there are `wanted` elements, for `patience` at most.
    func fill(to wanted: Int, within patience: Duration) async {
        guard count < wanted else { return }
        state.withLock { $0.isOver = false }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(for: wanted) }
            group.addTask {
                try? await Task.sleep(for: patience)
                self.wake()
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func wait(for wanted: Int) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                guard state.elements.count < wanted, !state.isClosed, !state.isOver else { return true }
                state.reader = continuation
                state.wanted = wanted
                return false
            }
            if isReady { continuation.resume() }
        }
        state.withLock { $0.wanted = 1 }
    }

    private func wake() {
        let reader = state.withLock { state in
            state.isOver = true
            return state.reader.take()
        }
        reader?.resume()
    }

    /// Takes at most `limit` of what is there, without waiting.
    func takeNow(atMost limit: Int) -> [Element] {
        state.withLock { state in
            let taken = Array(state.elements.prefix(limit))
            state.elements.removeFirst(taken.count)
            return taken
        }
    }
}

extension Optional {
    /// The value, leaving `nil` behind.
    fileprivate mutating func take() -> Wrapped? {
        defer { self = nil }
        return self
    }
}
