import Synchronization

/// Passes elements on in batches and in order: from any number of writers, to readers in order of arrival.
///
/// It has no limit of its own: its users limit the contents, by the broker's prefetch or by the slots in flight.
package final class BatchQueue<Element: Sendable>: Sendable {
    private struct Reader {
        let id: UInt64
        let limit: Int
        let continuation: CheckedContinuation<[Element], Never>
    }

    private struct Filling {
        let wanted: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var elements: [Element] = []
        /// The elements before it were taken.
        var head = 0
        var readers: [Reader] = []
        var lastReader: UInt64 = 0
        var isClosed = false
        var filling: Filling?
        /// Whether the collecting reader's patience is over.
        var isOver = false

        var count: Int { elements.count - head }

        /// A reader's result now; `nil` if it must wait.
        mutating func take(_ limit: Int) -> [Element]? {
            let taken = min(limit, count)
            guard taken > 0 else { return isClosed ? [] : nil }
            if taken == elements.count {
                defer { elements = [] }
                return elements
            }
            let batch = Array(elements[head..<head + taken])
            head += taken
            // Compacted rarely, so that many small batches from a long queue cost no more than one.
            if head * 2 >= elements.count {
                elements.removeFirst(head)
                head = 0
            }
            return batch
        }

        /// Readers that can resume, with their elements.
        mutating func served() -> [(Reader, [Element])] {
            var served: [(Reader, [Element])] = []
            while let reader = readers.first, let batch = take(reader.limit) {
                readers.removeFirst()
                served.append((reader, batch))
            }
            return served
        }

        /// The collecting reader, if it can resume.
        mutating func filled() -> Filling? {
            guard let filling, isClosed || isOver || count >= filling.wanted else { return nil }
            self.filling = nil
            return filling
        }
    }

    private let state = Mutex(State())

    package init() {}

    /// The number of elements.
    package var count: Int { state.withLock { $0.count } }

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    package func append(_ more: some Collection<Element> & Sendable) {
        guard !more.isEmpty else { return }
        change { $0.elements.append(contentsOf: more) }
    }

    /// Lets readers end after they have taken the rest.
    package func close() { change { $0.isClosed = true } }

    /// Waits for at least one element, and takes at most `limit` of the oldest; empty once closed and drained.
    ///
    /// Cancelling the task does not end the wait: elements must be read.
    package func take(atMost limit: Int) async -> [Element] {
        if let taken = state.withLock({ $0.take(limit) }) { return taken }
        return await wait(nextReader(), limit) { false }
    }

    /// The same, but returns empty when the task is cancelled while it waits.
    package func takeUnlessCancelled(atMost limit: Int = .max) async -> [Element] {
        if let taken = state.withLock({ $0.take(limit) }) { return taken }
        let id = nextReader()
        return await withTaskCancellationHandler {
            await wait(id, limit) { Task.isCancelled }
        } onCancel: {
            let reader = state.withLock { state in
                state.readers.firstIndex { $0.id == id }.map { state.readers.remove(at: $0) }
            }
            reader?.continuation.resume(returning: [])
        }
    }

    /// Takes at most `limit` elements without waiting.
    package func takeNow(atMost limit: Int) -> [Element] { state.withLock { $0.take(limit) } ?? [] }

    /// Waits until there are `wanted` elements, for at most `patience`; for one reader at a time.
    package func fill(to wanted: Int, within patience: Duration) async {
        guard count < wanted else { return }
        state.withLock { $0.isOver = false }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitUntilFilled(to: wanted) }
            group.addTask {
                try? await Task.sleep(for: patience)
                self.change { $0.isOver = true }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func nextReader() -> UInt64 {
        state.withLock { state in
            state.lastReader += 1
            return state.lastReader
        }
    }

    private func wait(_ id: UInt64, _ limit: Int, isCancelled: () -> Bool) async -> [Element] {
        await withCheckedContinuation { continuation in
            let now: [Element]? = state.withLock { state in
                if let taken = state.take(limit) { return taken }
                guard !isCancelled() else { return [] }
                state.readers.append(Reader(id: id, limit: limit, continuation: continuation))
                return nil
            }
            if let now { continuation.resume(returning: now) }
        }
    }

    private func waitUntilFilled(to wanted: Int) async {
        await withCheckedContinuation { continuation in
            change { $0.filling = Filling(wanted: wanted, continuation: continuation) }
        }
    }

    private func change(_ change: (inout State) -> Void) {
        let (served, filled) = state.withLock { state in
            change(&state)
            return (state.served(), state.filled())
        }
        for (reader, batch) in served { reader.continuation.resume(returning: batch) }
        filled?.continuation.resume()
    }
}
