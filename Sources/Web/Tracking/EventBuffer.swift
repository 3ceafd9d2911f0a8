import Core
import Synchronization

/// Opens and clicks between the request and the broker, in memory and bounded.
///
/// Each is held for a moment, to see the client's other requests: a client that requests many links of one campaign at
/// once is a scanner, and its earlier requests count as a machine's too. The client's address is forgotten some seconds
/// later. ``EventFlow`` takes held events; unpublished ones come back, even beyond the capacity: memory is bounded by
/// it and one round of ``EventFlow``. A full buffer drops new events and counts them.
final class EventBuffer: Sendable {
    /// How long an event is held.
    static let window = Duration.seconds(3)
    /// Different links of one campaign within the window that make a client a machine.
    static let manyLinks = 4
    /// Requests about one campaign within the window that make a client a machine: a replayed token.
    static let manyRequests = 12

    /// An event and the hour of its arrival.
    struct Entry: Sendable, Equatable {
        let hour: Int32
        let event: TrackedEvent
    }

    private struct DashboardContext: Hashable {
        let client: ClientAddress
        let campaign: CampaignID
    }

    private struct Behaviour {
        var links: Set<UInt16> = []
        var requests = 0
        var last: ContinuousClock.Instant

        var isMachine: Bool { links.count >= manyLinks || requests >= manyRequests }
    }

    private struct Held {
        let entry: Entry
        let visit: DashboardContext
        let since: ContinuousClock.Instant
    }

    private struct State {
        var held: [Held] = []
        /// Those before it were taken.
        var head = 0
        /// For the current term and the previous one: dropping one is no work per client.
        var behaviours: [DashboardContext: Behaviour] = [:]
        var earlier: [DashboardContext: Behaviour] = [:]
        var termEnds: ContinuousClock.Instant?
        /// Judged, waiting for the broker.
        var judged: [Entry] = []
        var dropped = 0

        var count: Int { held.count - head + judged.count }

        func behaviour(of visit: DashboardContext) -> Behaviour? { behaviours[visit] ?? earlier[visit] }

        /// Starts a new term when it is time, and drops the one before last. A term is longer than an event is held.
        mutating func turn(at now: ContinuousClock.Instant) {
            guard let end = termEnds, now < end else {
                earlier = behaviours
                behaviours = Dictionary(minimumCapacity: earlier.count)
                termEnds = now + EventBuffer.window * 2
                return
            }
        }

        /// Judges the oldest held event.
        mutating func release() {
            let next = held[head]
            head += 1
            var entry = next.entry
            if behaviour(of: next.visit)?.isMachine == true {
                entry = Entry(hour: entry.hour, event: entry.event.ofMachine)
            }
            judged.append(entry)
        }
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// The number of dropped events.
    var dropped: Int { state.withLock { $0.dropped } }

    /// The number of waiting events.
    var count: Int { state.withLock { $0.count } }

    /// Takes an event, or drops it if there is no room.
    func add(_ entry: Entry, from client: ClientAddress, at now: ContinuousClock.Instant = .now) {
        state.withLock { state in
            guard state.count < capacity else {
                state.dropped += 1
                return
            }
            let visit = DashboardContext(client: client, campaign: entry.event.campaign)
            state.turn(at: now)
            var behaviour = state.behaviour(of: visit) ?? Behaviour(last: now)
            if now - behaviour.last >= Self.window { behaviour = Behaviour(last: now) }
            behaviour.requests += 1
            behaviour.last = now
            if entry.event.kind == .click { behaviour.links.insert(entry.event.link) }
            state.behaviours[visit] = behaviour
            state.held.append(Held(entry: entry, visit: visit, since: now))
        }
    }

    /// Removes judged events that were held long enough, at most `limit`.
    ///
    /// `all`: Also the newest ones: the program stops.
    func take(limit: Int, all: Bool = false, at now: ContinuousClock.Instant = .now) -> [Entry] {
        state.withLock { state in
            while state.head < state.held.count, all || now - state.held[state.head].since >= Self.window {
                state.release()
            }
            if state.head == state.held.count {
                state.held.removeAll(keepingCapacity: true)
                state.head = 0
            } else if state.head > 4_096 {
                state.held.removeFirst(state.head)
                state.head = 0
            }
            state.turn(at: now)
            let taken = Array(state.judged.prefix(limit))
            state.judged.removeFirst(taken.count)
            return taken
        }
    }

    /// Returns unpublished events.
    func putBack(_ entries: [Entry]) { state.withLock { $0.judged.insert(contentsOf: entries, at: 0) } }
}
