import Core
import Synchronization

/// Where the consumer's thread leaves messages and tasks wait for them.
final class Inbox: Sendable {
    private enum End {
        /// Nothing more arrives.
        case drained
        case failed(AMQPError)
    }

    private struct Waiter {
        let id: UInt64
        let limit: Int
        let continuation: CheckedContinuation<[QueueMessage], any Error>
    }

    private struct State {
        var messages: [QueueMessage] = []
        /// Those before it were taken.
        var head = 0
        var waiters: [Waiter] = []
        var nextID: UInt64 = 0
        var end: End?

        /// What `next` returns now; `nil` when it has to wait.
        mutating func take(_ limit: Int) throws(AMQPError) -> [QueueMessage]? {
            let count = min(limit, messages.count - head)
            if count > 0 {
                let taken = Array(messages[head..<head + count])
                head += count
                if head == messages.count {
                    messages.removeAll(keepingCapacity: true)
                    head = 0
                }
                return taken
            }
            return switch end {
            case nil: nil
            case .drained: []
            case .failed(let error): throw error
            }
        }
    }

    private let state = Mutex(State())

    func next(limit: Int) async throws -> [QueueMessage] {
        precondition(limit > 0, "a limit of no messages")
        if let taken = try state.withLock({ state throws(AMQPError) in try state.take(limit) }) { return taken }
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let now: Result<[QueueMessage], any Error>? = state.withLock { state in
                    do {
                        if let taken = try state.take(limit) { return .success(taken) }
                    } catch {
                        return .failure(error)
                    }
                    guard !Task.isCancelled else { return .failure(CancellationError()) }
                    state.waiters.append(Waiter(id: id, limit: limit, continuation: continuation))
                    return nil
                }
                if let now { continuation.resume(with: now) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0) }
            }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Leaves messages, which are moved out of `arrived`.
    func put(_ arrived: inout [QueueMessage]) {
        guard !arrived.isEmpty else { return }
        state.withLock { $0.messages.append(contentsOf: arrived) }
        arrived.removeAll(keepingCapacity: true)
        serveWaiters()
    }

    /// Throws away what nobody has taken: it belongs to the broker again.
    func clear() {
        state.withLock { state in
            state.messages.removeAll(keepingCapacity: true)
            state.head = 0
        }
    }

    /// Ends the waits once all messages are taken: with nothing, or with an error.
    func end(_ error: AMQPError?) {
        state.withLock { state in
            guard state.end == nil else { return }
            state.end = error.map(End.failed) ?? .drained
        }
        serveWaiters()
    }

    private func serveWaiters() {
        while true {
            let served: (Waiter, Result<[QueueMessage], any Error>)? = state.withLock { state in
                guard let waiter = state.waiters.first else { return nil }
                do {
                    guard let taken = try state.take(waiter.limit) else { return nil }
                    state.waiters.removeFirst()
                    return (waiter, .success(taken))
                } catch {
                    state.waiters.removeFirst()
                    return (waiter, .failure(error))
                }
            }
            guard let (waiter, result) = served else { return }
            waiter.continuation.resume(with: result)
        }
    }
}
