import Core
import FlightLog
import Synchronization

/// The messages in flight: claimed in the database, not recorded yet.
///
/// At most `capacity` (2 × slots + 64), the most that a crash can leave uncertain. Maps each message number to its row
/// and claim, counts each claim's messages in flight, and gives each message its slot in the flight log.
final class InFlight: Sendable {
    /// A message that the transport has.
    struct Held: Sendable {
        let key: DeliveryKey
        let token: ClaimToken
        /// The number of this attempt, from 1.
        let attempt: Int16
        let policy: DeliveryPolicy
        /// In the flight log.
        let slot: Int
        /// Of the rendered message.
        let bytes: Int
    }

    private struct State {
        var next: UInt64 = 1
        var messages: [UInt64: Held] = [:]
        var claims: [ClaimToken: Int] = [:]
        /// Places reserved by claims in progress.
        var reserved = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
        var isClosed = false
        /// Slots of the flight log with no message.
        var freeSlots: [Int]
    }

    private let state: Mutex<State>
    private let log: OwnedFlightLog?
    let capacity: Int

    /// `firstSlot`: In the flight log, of which it uses as many slots as its capacity.
    init(capacity: Int, log: OwnedFlightLog? = nil, firstSlot: Int = 0) {
        self.capacity = capacity
        self.log = log
        state = Mutex(State(freeSlots: (firstSlot..<firstSlot + capacity).reversed()))
    }

    /// Messages in flight now.
    var count: Int { state.withLock { $0.messages.count } }

    /// Waits until enough places for a worthwhile round trip are free, and reserves at most `limit`.
    ///
    /// - Returns: Their number; 0 once closed.
    func reserve(atMost limit: Int) async -> Int {
        // Half of them: what is left in flight still keeps every slot busy.
        let worthwhile = max(1, min(limit, capacity / 2))
        while true {
            let free: Int? = state.withLock { state in
                guard !state.isClosed else { return 0 }
                let free = min(limit, capacity - state.messages.count - state.reserved)
                guard free >= worthwhile else { return nil }
                state.reserved += free
                return free
            }
            if let free { return free }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    guard capacity - state.messages.count - state.reserved < worthwhile, !state.isClosed else {
                        return true
                    }
                    state.waiters.append(continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        }
    }

    /// Releases reserved places that the claim did not fill.
    func unreserve(_ places: Int) {
        wake { $0.reserved -= places }
    }

    /// Waits until messages have been recorded.
    func ended(_ ids: [UInt64]) async {
        while true {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    guard ids.contains(where: { state.messages[$0] != nil }), !state.isClosed else { return true }
                    state.waiters.append(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
            if state.withLock({ state in state.isClosed || !ids.contains { state.messages[$0] != nil } }) { return }
        }
    }

    /// Notes messages in the flight log that are about to be claimed under `token`; their places are reserved.
    ///
    /// - Returns: Their slots; `nil` when the log belongs to another process now, and with it this worker's lease.
    func note(_ requests: [(ClaimRequest, DeliveryPolicy)], _ token: ClaimToken) -> [Int]? {
        let slots = state.withLock { state in
            defer { state.freeSlots.removeLast(requests.count) }
            return Array(state.freeSlots.suffix(requests.count))
        }
        guard let log else { return slots }
        for ((request, policy), slot) in zip(requests, slots) {
            let isNoted = log.write(slot, key: request.key, token: token, attempt: request.attempt + 1, policy: policy)
            guard isNoted else { return nil }
        }
        return slots
    }

    /// Frees slots whose messages were not claimed.
    func freeSlots(_ slots: [Int]) {
        forget(slots)
        state.withLock { $0.freeSlots.append(contentsOf: slots) }
    }

    private func forget(_ slots: [Int]) {
        // A slot that a settler has taken stays taken: this worker run has lost its lease.
        if let log { for slot in slots { _ = log.free(slot) } }
    }

    /// Records that `token` may be the token of rows in the database.
    func open(_ token: ClaimToken) { state.withLock { $0.claims[token, default: 0] += 0 } }

    /// Turns reserved places into messages in flight.
    ///
    /// - Returns: The messages' numbers, in order.
    func hold(_ messages: [Held]) -> [UInt64] {
        state.withLock { state in
            messages.map { held in
                let id = state.next
                state.next += 1
                state.messages[id] = held
                state.claims[held.token, default: 0] += 1
                state.reserved -= 1
                return id
            }
        }
    }

    /// The row and claim of a message number.
    func held(_ ids: [UInt64]) -> [Held?] { state.withLock { state in ids.map { state.messages[$0] } } }

    /// The claims with nothing left in flight once `ids` are recorded.
    func claimsFinished(by ids: [UInt64]) -> [ClaimToken] {
        state.withLock { state in
            var ending: [ClaimToken: Int] = [:]
            for id in ids { if let held = state.messages[id] { ending[held.token, default: 0] += 1 } }
            return ending.filter { state.claims[$0.key] == $0.value }.map(\.key)
        }
    }

    /// Forgets recorded messages.
    ///
    /// - Returns: Their bytes.
    func release(_ ids: [UInt64]) -> Int {
        // First the log: a slot that is given away must be free there.
        forget(held(ids).compactMap { $0?.slot })
        var bytes = 0
        wake { state in
            for id in ids {
                guard let held = state.messages.removeValue(forKey: id) else { continue }
                bytes += held.bytes
                state.freeSlots.append(held.slot)
                guard let left = state.claims[held.token] else { continue }
                state.claims[held.token] = left > 1 ? left - 1 : nil
            }
        }
        return bytes
    }

    /// Forgets a claim with nothing in flight.
    func forget(_ token: ClaimToken) {
        state.withLock { state in if state.claims[token] == 0 { state.claims[token] = nil } }
    }

    /// Whether a claim with this token is in progress, or has messages in flight.
    func isOpen(_ token: ClaimToken) -> Bool { state.withLock { $0.claims[token] != nil } }

    /// Whether the worker is stopping.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Ends all reservations.
    func close() { wake { $0.isClosed = true } }

    private func wake(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
