import Core
import RuntimeSupport
import Synchronization

/// Requests to the event loop: messages and the request to close, in batches.
///
/// An eventfd wakes the loop, and only when there was nothing to take before.
final class RouteQueue: Sendable {
    enum Closing: Sendable, Equatable {
        case no
        /// Messages under way may end until then.
        case by(MonotonicNanoseconds)
        /// The transport was freed: no caller waits for anything.
        case abandoned
    }

    private struct State {
        var messages: [OutgoingMessage] = []
        var closing = Closing.no
        var hasStopped = false
        var hasEnded = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    /// Readable when there is something to take.
    var descriptor: Int32 { wakeup.descriptor }
    private let wakeup: Wakeup
    private let state = Mutex(State())

    init?() {
        guard let wakeup = Wakeup() else { return nil }
        self.wakeup = wakeup
    }

    /// - Returns: `false` once the loop has ended or is ending: the messages were refused.
    func add(_ messages: [OutgoingMessage]) -> Bool {
        let (isTaken, wasEmpty) = state.withLock { state in
            guard !state.hasStopped, state.closing == .no else { return (false, false) }
            let wasEmpty = state.messages.isEmpty
            state.messages.append(contentsOf: messages)
            return (true, wasEmpty)
        }
        if isTaken, wasEmpty { wakeup.signal() }
        return isTaken
    }

    /// Takes all there is; `storage` is emptied first and its room is used for the next batch.
    func take(into storage: inout [OutgoingMessage]) -> Closing {
        wakeup.clear()
        storage.removeAll(keepingCapacity: true)
        return state.withLock { state in
            swap(&storage, &state.messages)
            return state.closing
        }
    }

    /// From now on ``add(_:)`` refuses messages.
    func refuse() {
        state.withLock { $0.hasStopped = true }
    }

    func abandon() {
        state.withLock { $0.closing = .abandoned }
        wakeup.signal()
    }

    /// Waits until the loop has ended; the earliest deadline of several callers counts.
    func close(by deadline: MonotonicNanoseconds) async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.closers.append(continuation) }
                switch state.closing {
                case .no: state.closing = .by(deadline)
                case .by(let earlier): state.closing = .by(min(earlier, deadline))
                case .abandoned: break
                }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() } else { wakeup.signal() }
        }
    }

    /// The loop's last call.
    func end() {
        let closers = state.withLock { state in
            state.hasEnded = true
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }
}
