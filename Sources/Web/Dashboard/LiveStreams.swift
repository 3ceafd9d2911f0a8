import Synchronization

/// Counts live pages, and ends those of a session that has ended.
final class LiveStreams: Sendable {
    /// One live page.
    struct Ticket: Sendable, Hashable {
        fileprivate let session: [UInt8]
        fileprivate let number: Int
    }

    private struct State {
        var open: [[UInt8]: Set<Int>] = [:]
        var total = 0
        var next = 0
    }

    private let state = Mutex(State())
    private let perSession: Int
    private let inAll: Int

    init(perSession: Int = 6, inAll: Int = 1_000) {
        self.perSession = perSession
        self.inAll = inAll
    }

    /// - Returns: `nil` when the session or the process has reached its limit.
    func open(_ session: [UInt8]) -> Ticket? {
        state.withLock { state in
            guard state.total < inAll, state.open[session, default: []].count < perSession else { return nil }
            state.next += 1
            state.total += 1
            state.open[session, default: []].insert(state.next)
            return Ticket(session: session, number: state.next)
        }
    }

    /// Whether another one would be admitted.
    func hasRoom(_ session: [UInt8]) -> Bool {
        state.withLock { $0.total < inAll && $0.open[session, default: []].count < perSession }
    }

    func isOpen(_ ticket: Ticket) -> Bool {
        state.withLock { $0.open[ticket.session]?.contains(ticket.number) ?? false }
    }

    func close(_ ticket: Ticket) {
        state.withLock { state in
            guard state.open[ticket.session]?.remove(ticket.number) != nil else { return }
            state.total -= 1
            if state.open[ticket.session]?.isEmpty ?? false { state.open[ticket.session] = nil }
        }
    }

    /// The session has ended, or views another account: its pages stop within a second.
    func end(_ session: [UInt8]) {
        state.withLock { state in
            state.total -= state.open[session]?.count ?? 0
            state.open[session] = nil
        }
    }
}
