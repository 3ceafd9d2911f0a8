/// A counting semaphore with waiters in order of arrival.
///
/// A value without IO; the pool's actor guards it. A caller takes its place with ``takeOrQueue()`` before it suspends,
/// so that the order is that of the calls.
struct PermitQueue {
    struct Ticket: Hashable {
        fileprivate let number: UInt64
    }

    private struct Waiter {
        let ticket: Ticket
        /// `nil` until the caller has suspended.
        var continuation: CheckedContinuation<Bool, Never>?
    }

    private(set) var free: Int
    private var waiters: [Waiter] = []
    /// Permits granted to callers that had not suspended yet.
    private var granted: Set<Ticket> = []
    private var lastNumber: UInt64 = 0

    var waiting: Int { waiters.count }

    init(free: Int) { self.free = free }

    /// Takes a permit, or a place in the queue.
    ///
    /// - Returns: `nil` with a permit; otherwise the ticket to wait with.
    mutating func takeOrQueue() -> Ticket? {
        guard free == 0 else {
            free -= 1
            return nil
        }
        lastNumber += 1
        let ticket = Ticket(number: lastNumber)
        waiters.append(Waiter(ticket: ticket))
        return ticket
    }

    /// Resumes `continuation` once, with whether it has a permit.
    mutating func wait(_ ticket: Ticket, _ continuation: CheckedContinuation<Bool, Never>) {
        if let index = waiters.firstIndex(where: { $0.ticket == ticket }) {
            waiters[index].continuation = continuation
        } else {
            continuation.resume(returning: granted.remove(ticket) != nil)
        }
    }

    /// Leaves the queue; no effect once the permit is granted.
    mutating func giveUp(_ ticket: Ticket) {
        guard let index = waiters.firstIndex(where: { $0.ticket == ticket }) else { return }
        waiters.remove(at: index).continuation?.resume(returning: false)
    }

    /// Grants a permit to the first in the queue.
    mutating func giveBack() {
        guard !waiters.isEmpty else {
            free += 1
            return
        }
        let first = waiters.removeFirst()
        if let continuation = first.continuation {
            continuation.resume(returning: true)
        } else {
            granted.insert(first.ticket)
        }
    }

    mutating func refuseAll() {
        let refused = waiters
        waiters = []
        for waiter in refused { waiter.continuation?.resume(returning: false) }
    }
}
