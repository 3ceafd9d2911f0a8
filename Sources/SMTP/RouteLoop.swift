import CCurl
import Core
import Glibc
import RuntimeSupport

/// The event loop of one route: one thread, one epoll, one libcurl multi, and all the connections in it.
///
/// Messages arrive and outcomes leave in batches, each through a queue. Only this thread uses it.
final class RouteLoop {
    let route: SMTPRouteSettings
    let fence: LeaseFence
    let flights: any FlightNotes
    let routeQueue: RouteQueue
    let outcomeQueue: BatchQueue<MessageOutcome>
    let gauges: RouteGauges
    let onChange: @Sendable (RouteChange) -> Void
    let poll: PollSet
    let multi: CurlMulti
    let sockets = OpenSockets()

    /// By slot.
    var connections: [Connection?] = []
    var slots: [UnsafeMutableRawPointer: Int] = [:]
    /// Slots of connections without a message, the one used last at the end; may name some that are not parked any more.
    var parked: [Int] = []
    var connecting = 0
    var established = 0
    var messagesUnderWay = 0
    var waiting = WaitingMessages()
    var rest = RouteRest()
    var watch = RouteWatch()
    var closing = RouteQueue.Closing.no

    var now: MonotonicNanoseconds = monotonicNow()
    /// Not later than the earliest deadline of any connection or message.
    var nextCheck: MonotonicNanoseconds = .max
    /// When libcurl wants to be called for its own timers.
    var curlDue: MonotonicNanoseconds = .max
    private var arrived: [OutgoingMessage] = []
    private var outcomes: [MessageOutcome] = []
    private var outcomesSince: MonotonicNanoseconds = 0
    let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4_096, alignment: 16)

    /// How long outcomes may wait to be batched: waking a task costs as much as a third of a message.
    static var linger: MonotonicNanoseconds { 2_000_000 }
    /// How long replies are left to gather, in microseconds: nothing, beside the time that a server takes for one.
    private static var gather: UInt32 { 500 }
    static var queueKey: UInt64 { .max }
    /// Marks events of sockets that are still libcurl's.
    static var curlKey: UInt64 { 1 << 32 }

    init?(
        _ route: SMTPRouteSettings,
        fence: LeaseFence,
        flights: any FlightNotes,
        routeQueue: RouteQueue,
        outcomeQueue: BatchQueue<MessageOutcome>,
        gauges: RouteGauges,
        onChange: @escaping @Sendable (RouteChange) -> Void
    ) {
        guard let poll = PollSet.open(), let multi = CurlMulti() else { return nil }
        self.route = route
        self.fence = fence
        self.flights = flights
        self.routeQueue = routeQueue
        self.outcomeQueue = outcomeQueue
        self.gauges = gauges
        self.onChange = onChange
        self.poll = poll
        self.multi = multi
    }

    deinit {
        readBuffer.deallocate()
    }

    /// Runs until it is closed; frees every handle on this thread.
    func run() {
        installCurlCallbacks()
        poll.watch(routeQueue.descriptor, for: PollSet.readable, key: Self.queueKey)
        while !isOver {
            let count = poll.wait(milliseconds: pause()) { key, events in
                now = monotonicNow()
                take(key, events)
            }
            now = monotonicNow()
            if now >= curlDue { driveCurl(CURL_SOCKET_TIMEOUT, 0) }
            takeLogins()
            if now >= nextCheck { checkDeadlines() }
            assign()
            deliverOutcomes()
            gauges.set(open: established, connecting: connecting, underWay: messagesUnderWay, waiting: waiting.count)
            // Replies to many messages come one by one, and to wake up for each costs more than the reply.
            if messagesUnderWay >= 16, count * 8 < messagesUnderWay { usleep(Self.gather) }
        }
        for connection in connections {
            if let connection { drop(connection) }
        }
        removeCurlCallbacks()
        outcomeQueue.append(outcomes)
    }

    private var isOver: Bool {
        switch closing {
        case .no: false
        case .by: established == 0 && connecting == 0 && waiting.isEmpty
        case .abandoned: true
        }
    }

    private func take(_ key: UInt64, _ events: UInt32) {
        if key == Self.queueKey {
            takeMessages()
        } else if key & Self.curlKey != 0 {
            driveCurl(Int32(truncatingIfNeeded: key), events)
        } else if let connection = connections[Int(key)], connection.isLoggedIn {
            pump(connection)
        }
    }

    private func takeMessages() {
        let wish = routeQueue.take(into: &arrived)
        let expiry = now &+ route.startWithin.nanoseconds
        for message in arrived { waiting.append(WaitingMessage(message: message, expiry: expiry)) }
        arrived.removeAll(keepingCapacity: true)
        note(deadline: expiry)
        if wish != closing {
            closing = wish
            beginClosing()
        }
    }

    // MARK: Time

    func note(deadline: MonotonicNanoseconds) { nextCheck = min(nextCheck, deadline) }

    /// How long epoll may wait, in milliseconds.
    private func pause() -> Int32 {
        var due = min(nextCheck, curlDue)
        if !outcomes.isEmpty { due = min(due, outcomesSince &+ Self.linger) }
        if !waiting.isEmpty, rest.isResting(at: now) { due = min(due, rest.until) }
        guard due != .max else { return -1 }
        let current = monotonicNow()
        guard due > current else { return 0 }
        return Int32(clamping: (due - current) / 1_000_000 + 1)
    }

    // MARK: Outcomes

    func report(_ outcome: MessageOutcome) {
        if outcomes.isEmpty { outcomesSince = now }
        outcomes.append(outcome)
    }

    func report(
        _ message: OutgoingMessage,
        _ judgement: Judgement,
        code: Int = 0,
        _ text: String,
        step: SMTPStep = .connect
    ) {
        report(MessageOutcome(id: message.id, judgement: judgement, code: Int16(code), text: text, step: step))
    }

    private func deliverOutcomes() {
        guard !outcomes.isEmpty else { return }
        let isQuiet = messagesUnderWay == 0 && waiting.isEmpty
        guard isQuiet || outcomes.count >= 64 || now >= outcomesSince &+ Self.linger else { return }
        outcomeQueue.append(outcomes)
        outcomes.removeAll(keepingCapacity: true)
    }
}
