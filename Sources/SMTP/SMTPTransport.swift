import Core
import RuntimeSupport
import Synchronization

/// Sends messages to one relay over as many connections as its settings allow.
///
/// Everything that libcurl does happens on one thread of its own, which ends with ``close(grace:)`` or with the last
/// reference. A message that cannot be sent is an outcome, never a throw.
package final class SMTPTransport: MailTransport {
    private let routeQueue: RouteQueue
    private let outcomeQueue = BatchQueue<MessageOutcome>()
    private let gauges = RouteGauges()

    /// Starts the thread; a connection is opened when a message needs one.
    ///
    /// - Parameters:
    ///   - route: Checked once more.
    ///   - fence: Checked before each final dot.
    ///   - flights: Told of each message's steps.
    ///   - onEnd: Called on the transport's thread when every handle is freed.
    ///   - onChange: Told each change of the route's state, on the transport's thread; must return soon.
    /// - Throws: The problems of the settings.
    package init(
        _ route: SMTPRouteSettings,
        fence: LeaseFence,
        flights: any FlightNotes = NoFlightNotes(),
        onEnd: @escaping @Sendable () -> Void = {},
        onChange: @escaping @Sendable (RouteChange) -> Void = { _ in }
    ) throws(SMTPSettingsError) {
        let problems = route.problems()
        guard problems.isEmpty else { throw SMTPSettingsError(problems: problems) }
        guard let routeQueue = RouteQueue() else {
            throw SMTPSettingsError(problems: ["eventfd: out of file descriptors: raise the limit (ulimit -n)"])
        }
        self.routeQueue = routeQueue
        startThread(name: "smtp") { [routeQueue, outcomeQueue, gauges] in
            let loop = RouteLoop(
                route,
                fence: fence,
                flights: flights,
                routeQueue: routeQueue,
                outcomeQueue: outcomeQueue,
                gauges: gauges,
                onChange: onChange
            )
            Self.run(loop, routeQueue, outcomeQueue)
            outcomeQueue.close()
            routeQueue.end()
            onEnd()
        }
    }

    deinit { routeQueue.abandon() }

    private static func run(
        _ loop: RouteLoop?,
        _ routeQueue: RouteQueue,
        _ outcomes: BatchQueue<MessageOutcome>
    ) {
        loop?.run()
        // Messages that arrived while the loop ended, or was never started.
        var left: [OutgoingMessage] = []
        routeQueue.refuse()
        _ = routeQueue.take(into: &left)
        outcomes.append(left.map(Self.notStarted))
    }

    private static func notStarted(_ message: OutgoingMessage) -> MessageOutcome {
        MessageOutcome(id: message.id, judgement: .notStarted, code: 0, text: "the transport is closed", step: .connect)
    }

    package func send(_ messages: [OutgoingMessage]) {
        guard !messages.isEmpty else { return }
        if !routeQueue.add(messages) { outcomeQueue.append(messages.map(Self.notStarted)) }
    }

    package func outcomes() async -> [MessageOutcome] { await outcomeQueue.takeUnlessCancelled() }

    package func close(grace: Duration) async {
        let (deadline, overflow) = monotonicNow().addingReportingOverflow(grace.nanoseconds)
        await routeQueue.close(by: overflow ? .max : deadline)
    }

    /// The current load, as of a moment ago.
    package var load: RouteLoad { gauges.load }
}

/// A transport's load.
package struct RouteLoad: Sendable, Equatable {
    /// Connections that are logged in.
    package var open = 0
    package var connecting = 0
    /// Messages between MAIL and their last reply.
    package var underWay = 0
    /// Messages without a connection.
    package var waiting = 0
}

/// What the loop last said of its load; written by the loop, read by anyone.
final class RouteGauges: Sendable {
    private let open = Atomic(0)
    private let connecting = Atomic(0)
    private let underWay = Atomic(0)
    private let waiting = Atomic(0)

    func set(open: Int, connecting: Int, underWay: Int, waiting: Int) {
        self.open.store(open, ordering: .relaxed)
        self.connecting.store(connecting, ordering: .relaxed)
        self.underWay.store(underWay, ordering: .relaxed)
        self.waiting.store(waiting, ordering: .relaxed)
    }

    var load: RouteLoad {
        RouteLoad(
            open: open.load(ordering: .relaxed),
            connecting: connecting.load(ordering: .relaxed),
            underWay: underWay.load(ordering: .relaxed),
            waiting: waiting.load(ordering: .relaxed)
        )
    }
}
