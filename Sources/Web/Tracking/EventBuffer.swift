import Core
import Synchronization

/// Opens and clicks between the request and the broker, in memory and bounded.
///
/// Each is held for a moment, in which its client's other requests are seen: who asks for many links of one campaign at
/// once is a scanner, and what it asked for before counts as a machine's, too. The client's address is forgotten
/// some seconds later. What has been held is taken by ``EventFlow``; what cannot be
/// published comes back, even beyond the capacity: memory is bounded by it and one round of ``EventFlow``. A full buffer
/// drops what comes, and counts it.
final class EventBuffer: Sendable {
    /// How long an event is held.
    static let window = Duration.seconds(3)
    /// Different links of one campaign within the window, from which on a client is a machine.
    static let manyLinks = 4
    /// Requests about one campaign within the window, from which on a client is a machine: a token that is replayed.
    static let manyRequests = 12

    /// An event and the hour that it came in.
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
        /// Of the running term and of the one before: forgetting one is no work for each client.
        var behaviours: [DashboardContext: Behaviour] = [:]
        var earlier: [DashboardContext: Behaviour] = [:]
        var termEnds: ContinuousClock.Instant?
        /// Judged, and waiting for the broker.
        var judged: [Entry] = []
        var dropped = 0

        var count: Int { held.count - head + judged.count }

        func behaviour(of visit: DashboardContext) -> Behaviour? { behaviours[visit] ?? earlier[visit] }

        /// Begins a new term when it is time: what was seen in the one before the last is forgotten. A term is longer
        /// than an event is held.
        mutating func turn(at now: ContinuousClock.Instant) {
            guard let end = termEnds, now < end else {
                earlier = behaviours
                behaviours = Dictionary(minimumCapacity: earlier.count)
                termEnds = now + EventBuffer.window * 2
                return
            }
        }

        /// Judges the oldest event that is held.
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

    /// How many found no room so far.
    var dropped: Int { state.withLock { $0.dropped } }

    /// How many wait.
    var count: Int { state.withLock { $0.count } }

    /// Takes an event, or drops it where there is no room.
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

    /// Takes out what has been held long enough, judged; in all at most `limit`.
    ///
    /// `all`: Also what came just now: the program stops.
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

    /// Takes back what could not be published.
    func putBack(_ entries: [Entry]) { state.withLock { $0.judged.insert(contentsOf: entries, at: 0) } }
}
