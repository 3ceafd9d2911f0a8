import Core
import Synchronization

/// Outcomes on their way to whoever waits for them, in batches.
final class Outbox: Sendable {
    private struct State {
        var outcomes: [MessageOutcome] = []
        var waiters: [(id: UInt64, continuation: CheckedContinuation<[MessageOutcome], Never>)] = []
        var lastWaiter: UInt64 = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    func add(_ outcomes: some Collection<MessageOutcome>) {
        guard !outcomes.isEmpty else { return }
        let (waiter, batch) = state.withLock { state in
            state.outcomes.append(contentsOf: outcomes)
            guard !state.waiters.isEmpty else {
                return (CheckedContinuation<[MessageOutcome], Never>?.none, [MessageOutcome]())
            }
            let waiter = state.waiters.removeFirst().continuation
            defer { state.outcomes = [] }
            return (waiter, state.outcomes)
        }
        waiter?.resume(returning: batch)
    }

    /// No outcome comes after this.
    func end() {
        let waiters = state.withLock { state in
            state.hasEnded = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume(returning: []) }
    }

    /// Waits for at least one; empty once ended and drained, or when the waiting task is cancelled.
    func next() async -> [MessageOutcome] {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: [MessageOutcome]? = state.withLock { state in
                    if !state.outcomes.isEmpty {
                        defer { state.outcomes = [] }
                        return state.outcomes
                    }
                    if state.hasEnded || Task.isCancelled { return [] }
                    state.waiters.append((id, continuation))
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
            }
            waiter?.resume(returning: [])
        }
    }
}
